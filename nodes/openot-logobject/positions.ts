import { isObject, type Failure } from '../../lib/base';
import { LogPosition, positionOf, savedPosition } from '../../lib/logobject';
import { Decoded, Keeper, KeeperCode, openJson, checksummedJson, Store } from '../../lib/state';

const FORMAT = { magic: 'OPENOT-LOGOBJECT', version: 1 };

type Positions = ReadonlyMap<string, LogPosition>;

function decode(bytes: Uint8Array): Decoded<Positions> {
  const opened = openJson(FORMAT, bytes);
  if (!opened.ok) return opened;
  const positions = new Map<string, LogPosition>();
  for (const [log, text] of Object.entries(isObject(opened.value) ? opened.value : {})) {
    const position = typeof text === 'string' ? positionOf(text) : undefined;
    if (position === undefined) return { ok: false, why: `it has no position for ${log}` };
    positions.set(log, position);
  }
  return { ok: true, state: positions };
}

const encode = (positions: Positions): Uint8Array =>
  checksummedJson(FORMAT, Object.fromEntries([...positions].map(([log, position]) => [log, savedPosition(position)])));

/** Keeps where every log was read to, by ApplicationUri and log, in a file of the node's own. */
export function positionKeeper(
  store: Store,
  file: string,
  report: (trouble: Failure<KeeperCode>) => void
): Keeper<Positions> {
  return new Keeper<Positions>({
    store,
    encode,
    decode,
    report,
    messages: {
      OPENOT_STATE_LOCKED: (cause) => `another Node-RED uses the state ${file} now (${cause}): collecting ends here`,
      OPENOT_STATE_LOCK_FAILED: (cause) => `the state ${file} cannot be locked (${cause}): check its folder`,
      OPENOT_STATE_UNREADABLE: (cause) => `the state ${file} cannot be used: ${cause}; remove it to begin anew`,
      OPENOT_STATE_NOT_SAVED: (cause) => `the state ${file} cannot be saved (${cause}): what was read comes again`,
      OPENOT_STATE_NOT_REMOVED: (cause) => `the state ${file} cannot be removed (${cause})`
    }
  });
}
