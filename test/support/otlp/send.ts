import { endpointsOf, OtlpSender, Rejected, systemSenderPorts } from '../../../lib/otlp';

/** What became of requests. */
export interface Sent {
  readonly accepted: number;
  readonly rejected: Rejected[];
}

/**
 * Sends the texts of export requests with the real sender, over real sockets; resolves when every item has its outcome.
 */
export async function send(endpoint: string, requests: readonly string[], compression: 'gzip' | 'none'): Promise<Sent> {
  const checked = endpointsOf({ endpoint, endpoints: {}, compression, token: '', headers: '' }, () => undefined);
  if (!checked.ok) throw new Error(checked.message);
  const rejected: Rejected[] = [];
  const sender = new OtlpSender(
    systemSenderPorts(4),
    { endpoints: checked.endpoints, maxItems: 500, maxBytes: 4_194_304, maxInFlight: 4 },
    { onRejected: (refused) => rejected.push(refused), onChange: () => undefined }
  );
  try {
    await Promise.all(
      requests.map(
        (text) =>
          new Promise<void>((resolve, reject) => {
            const offered = sender.offer(text, { hasToken: false, done: () => resolve() });
            if (!offered.ok) reject(new Error(offered.message));
          })
      )
    );
    return { accepted: sender.status().accepted, rejected };
  } finally {
    await sender.close(1000);
  }
}
