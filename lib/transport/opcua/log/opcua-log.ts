import type { CallMethodResult, NodeId } from 'node-opcua';
import { decodeLogRecords, LogError, LogFacts, LogPage, LogPort, LogRequest } from '../../../logobject';
import type { SharedOpcuaConnection } from '../connection';
import { shownEndpoint } from '../errors';
import { loadClient } from '../load';
import { readNamespaces } from '../namespaces';
import type { PageWarning } from './api';
import { dateOfTicks } from './device-time';
import type { LogNodes } from './find-logs';
import { logError, logErrorOf } from './log-errors';
import { keepPageBytes, pageBytes } from './page-bytes';
import { readServerFacts } from './server-facts';

/** One log of one session. Its connection is held by whoever made it. */
export class OpcuaLog implements LogPort {
  private namespaces: readonly string[] = [];

  constructor(
    private readonly connection: SharedOpcuaConnection,
    private readonly nodes: LogNodes,
    private readonly warn: (warning: PageWarning) => void
  ) {
    keepPageBytes();
  }

  private get at(): string {
    return `${this.nodes.logObject} of ${shownEndpoint(this.connection.settings.endpoint)}`;
  }

  async facts(): Promise<LogFacts | LogError> {
    const namespaces = await readNamespaces(this.connection);
    if (!namespaces.ok) return logErrorOf(namespaces);
    this.namespaces = namespaces.value;
    const facts = await readServerFacts(this.connection, this.nodes);
    return facts.ok ? { ok: true, ...facts.value } : logErrorOf(facts);
  }

  async getRecords(request: LogRequest): Promise<LogPage | LogError> {
    const { DataType } = loadClient();
    const { start, end, maxRecords, minimumSeverity, fields, continuationPoint } = request;
    const answer = await this.call(this.nodes.getRecords, [
      { dataType: DataType.DateTime, value: dateOfTicks(start) },
      { dataType: DataType.DateTime, value: dateOfTicks(end) },
      { dataType: DataType.UInt32, value: maxRecords },
      { dataType: DataType.UInt16, value: minimumSeverity },
      { dataType: DataType.UInt32, value: fields },
      { dataType: DataType.ByteString, value: continuationPoint === null ? null : Buffer.from(continuationPoint) }
    ]);
    if (!answer.ok) return answer;
    const [results, pointOut] = answer.result.outputArguments ?? [];
    const continuation: unknown = pointOut?.value;
    const point = Buffer.isBuffer(continuation) && continuation.length > 0 ? continuation : null;
    const body = pageBytes(results?.value);
    // Nothing in it, or a Variant without value: both mean no records.
    if (body === undefined && (results?.value ?? null) === null) return this.page([], point);
    if (body === undefined)
      return {
        ok: false,
        code: 'OPENOT_LOG_MALFORMED',
        message: `the log ${this.at} answered with something else than log records`,
        remedy: 'later'
      };
    return this.decoded(body, point);
  }

  private decoded(body: Buffer, point: Buffer | null): LogPage | LogError {
    const decoded = decodeLogRecords(body);
    if (!decoded.ok) {
      const page = this.page(decoded.detail.records, point);
      return { ok: false, code: decoded.code, message: `${decoded.message} (${this.at})`, remedy: 'fewerFields', page };
    }
    if (decoded.layout === 'flat')
      this.warn({
        code: 'OPENOT_LOG_FLAT',
        message: `the log ${this.at} leaves the EncodingMask out of its records, as the standard does not allow`
      });
    if (decoded.unreadBytes > 0)
      this.warn({
        code: 'OPENOT_LOG_REST',
        message: `${decoded.unreadBytes} bytes behind the last record of a page were not understood (${this.at})`
      });
    return this.page(decoded.records, point);
  }

  private page(records: LogPage['records'], continuationPoint: Buffer | null): LogPage {
    return { ok: true, records, continuationPoint, namespaces: this.namespaces };
  }

  async release(continuationPoint: Uint8Array): Promise<void> {
    const { release } = this.nodes;
    if (release === undefined) return;
    const { DataType } = loadClient();
    await this.call(release, [{ dataType: DataType.ByteString, value: Buffer.from(continuationPoint) }]);
  }

  private async call(
    methodId: NodeId,
    inputArguments: { dataType: number; value: unknown }[]
  ): Promise<{ readonly ok: true; readonly result: CallMethodResult } | LogError> {
    const { nodeId: objectId } = this.nodes;
    const answer = await this.connection.call((session) => session.call({ objectId, methodId, inputArguments }));
    if (!answer.ok) return logErrorOf(answer);
    const { statusCode } = answer.value;
    return statusCode.isGoodish() ? { ok: true, result: answer.value } : logError(statusCode.name, this.at);
  }
}
