/** What a verification found, one cause at a time. */
import type { Finding, FindingGroup, FindingKind, VerifyReport } from '../../lib/archive';

/** What the findings of a group have in common. */
const causes: Readonly<Record<FindingKind, string>> = {
  checkpoint: 'the checkpoint does not hold',
  since: 'the archive is no extension of older checkpoints',
  missing: 'files are not there',
  'entry-changed': 'entries are not those that were signed',
  'tile-changed': 'hashes of the tree were changed',
  root: 'the entries do not yield the signed root',
  bundle: 'bundles do not hold the entries that they should',
  journal: 'the journal is broken',
  content: 'files beside the log are not what their names say',
  entry: 'these are no entries of an archive',
  begin: 'nothing says that counting, or the log, begins there',
  record: 'records are broken',
  position: 'positions or incarnations go back',
  repeat: 'seqs come that were stored before',
  'gap-without-notice': 'seqs are missing, and nothing says so',
  'loss-not-borne-out': 'losses are declared that the records do not bear out',
  definition: 'definitions are missing or are others'
};

/** Findings of the account of records: where entries were changed, these may be no more than what follows from that. */
const consequences: readonly FindingKind[] = [
  'begin',
  'record',
  'position',
  'repeat',
  'gap-without-notice',
  'loss-not-borne-out',
  'definition',
  'entry'
];

/** The lines that tell of the findings: each group once, with its range, its count and the first of it. */
export function findingLines({ groups, findings }: VerifyReport, isAll: boolean): string[] {
  if (isAll) return findings.map((finding) => `  ${findingText(finding)}`);
  const isConsequence = ({ kind }: FindingGroup): boolean => consequences.includes(kind);
  const causal = groups.filter((group) => !isConsequence(group));
  const rest = groups.filter(isConsequence);
  if (causal.length === 0) return rest.flatMap(groupLines);
  if (rest.length === 0) return causal.flatMap(groupLines);
  return [...causal.flatMap(groupLines), 'What may follow from that:', ...rest.flatMap(groupLines)];
}

function groupLines({ kind, stream, count, first, last, examples }: FindingGroup): string[] {
  if (count === 1) return [`  ${findingText(examples[0])}`];
  const range = first === undefined ? '' : first === last ? `entry ${first}` : `entries ${first} to ${last}`;
  const place = [range, stream === undefined ? '' : `stream ${stream}`].filter((part) => part !== '').join(', ');
  const head = `  ${place}${place === '' ? '' : ': '}${causes[kind]} (${count.toLocaleString('en')}) [${kind}]`;
  const left = count - examples.length;
  return [
    head,
    ...examples.map((finding) => `    ${placeOf(finding)}: ${finding.message}`),
    ...(left > 0 ? [`    and ${left.toLocaleString('en')} more: --all lists them`] : [])
  ];
}

const findingText = (finding: Finding): string => `${placeOf(finding)}: ${finding.message} [${finding.kind}]`;

function placeOf({ index, path, stream, runId, sourceId, seq }: Finding): string {
  const parts = [
    index === undefined ? '' : `entry ${index}`,
    path ?? '',
    stream === undefined ? '' : `stream ${stream}`,
    runId === undefined ? '' : `run ${runId}`,
    sourceId === undefined ? '' : `source ${sourceId}`,
    seq === undefined ? '' : `seq ${seq}`
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'the archive' : parts.join(', ');
}
