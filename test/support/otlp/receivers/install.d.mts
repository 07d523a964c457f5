/** npm ci when the lock file is newer than what is installed. Throws when it fails. */
export function installReceivers(): void;
/** Path of a Node.js with SQLite in it (22.13 or later): the one that runs, or one from npm. Throws when there is none. */
export function nodeWithSqlite(): string;
