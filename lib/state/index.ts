/** What is kept between runs: where, in what envelope, by how many. The real files and their lock stand in `files/`. */
export * from './envelope';
export * from './keeper';
export * from './store';
export * from './volatile-store';
