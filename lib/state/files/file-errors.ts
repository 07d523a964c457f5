/** What the codes of a file system mean to whoever has to mend it. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'the user that runs this process has no right to write there',
  EPERM: 'the user that runs this process has no right to write there',
  EROFS: 'it is on a file system that is mounted read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of the user that runs this process is used up',
  ENOENT: 'a folder above it is missing and cannot be made',
  ENOTDIR: 'a file stands where a folder is expected',
  EEXIST: 'a file stands where a folder is expected'
};

/** The outcome of `work` on the file or folder at `path`; an error of the file system says which and why. */
export async function inWords<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const error = thrown as NodeJS.ErrnoException;
    const meaning = MEANINGS[error.code ?? ''];
    if (meaning === undefined) throw error;
    throw Object.assign(new Error(`${path}: ${meaning} (${error.code})`), { code: error.code });
  }
}
