import type { CollectSettings } from '../../lib/logobject';

/** All records of a log from its oldest on, in pages of 500, as the node asks for them unless told otherwise. */
export const COLLECT_ALL: CollectSettings = {
  overlapMs: 10_000,
  startFrom: 'oldest',
  minimumSeverity: 1,
  pageSize: 500,
  user: '',
  takeAfter: 10_000
};
