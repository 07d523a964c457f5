import type { JsonValue, LogContent } from './content';

/** What a search looks for beside the time. */
export interface LogQueryFilter {
  /** Part of the message, the source or a value, whatever the case. */
  readonly text?: string;
  /** Name or NodeId of the source, as a whole. */
  readonly source?: string;
}

/** Whether a record is one that is looked for. */
export function logQueryFilter({ text, source }: LogQueryFilter): (content: LogContent) => boolean {
  const wanted = text === undefined || text === '' ? undefined : text.toLowerCase();
  const holds = (value: JsonValue | undefined): boolean => {
    if (value === undefined || value === null || wanted === undefined) return false;
    if (typeof value !== 'object') return String(value).toLowerCase().includes(wanted);
    return (Array.isArray(value) ? value : Object.values(value)).some(holds);
  };
  return (content) => {
    const { sourceName, sourceNode, message, data = [] } = content;
    if (source !== undefined && source !== '' && source !== sourceName && source !== sourceNode) return false;
    if (wanted === undefined) return true;
    return (
      holds(message.text) ||
      holds(sourceName) ||
      holds(sourceNode) ||
      data.some(({ name, value }) => holds(name) || holds(value))
    );
  };
}
