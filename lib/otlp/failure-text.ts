/** Of an error of TLS without a hint of its own: what OpenSSL calls it, in one line. */
interface TlsError extends NodeJS.ErrnoException {
  readonly reason?: string;
}

/** By code of Node.js, what to do about the collector's certificate. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'Node.js does not trust this certificate: choose a TLS configuration that has it as its CA certificate',
  SELF_SIGNED_CERT_IN_CHAIN:
    "Node.js does not trust the authority that signed it: choose a TLS configuration that has that one's CA " +
    'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "Node.js does not trust the authority that signed it: choose a TLS configuration that has that one's CA " +
    'certificate',
  UNABLE_TO_GET_ISSUER_CERT:
    "Node.js does not trust the authority that signed it: choose a TLS configuration that has that one's CA " +
    'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "Node.js does not trust the authority that signed it: choose a TLS configuration that has that one's CA " +
    'certificate',
  CERT_HAS_EXPIRED: "renew the collector's certificate, or set the clock of this machine right",
  CERT_NOT_YET_VALID: 'set the clock of this machine right',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'put a name that stands in the certificate into the address, or into the server name of the TLS configuration'
};
/** What OpenSSL says where the other side does not speak TLS. */
const NO_TLS =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE/;

/**
 * Why there was no answer, in one line, and where it is known what to do. `isSecure`: an address with https.
 * `hasAnswered`: this host has answered before, so that the address is right.
 */
export function failureText(thrown: unknown, isSecure: boolean, hasAnswered: boolean): string {
  // Of several addresses tried (localhost has two) the first one's.
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return failureText(thrown.errors[0], isSecure, hasAnswered);
  const { code = '', message = '', reason = '' } = thrown as TlsError;
  if (
    isSecure &&
    (NO_TLS.test(code) ||
      (code === 'EPROTO' && /wrong version number|packet length too long|http request/i.test(message)))
  ) {
    return 'what listens there does not speak TLS: begin the address with http://, or name the port that the collector has for https';
  }
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(code))
    return (
      'the collector ended the TLS handshake: does it want a client certificate? Choose a TLS configuration that ' +
      'has one'
    );
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return `TLS failed: ${reason || code}`;
  if (code.startsWith('HPE_'))
    return (
      'what listens there does not speak HTTP: name the port that the collector has for OTLP/HTTP (4318; 4317 is ' +
      'gRPC, which this node does not speak)'
    );
  const line = (message || code || 'unknown error').split('\n')[0].trim();
  // Node.js 24 puts an advice of its own behind some of them, which a flow cannot follow.
  if (code in CERTIFICATES) return `${line.split('; ')[0]}: ${CERTIFICATES[code]}`;
  if (code === 'ECONNRESET' && !isSecure && !hasAnswered)
    return `${line}: the connection was closed without an answer. Where this port speaks TLS, the address must begin with https://`;
  return line;
}

/** The same in a few words, for a node's status. */
export function failureCause(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return failureCause(thrown.errors[0]);
  const { code = '' } = thrown as TlsError;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host not found';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'connection cut';
  if (code in CERTIFICATES) return 'certificate not trusted';
  if (NO_TLS.test(code) || code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'TLS failed';
  return code.startsWith('HPE_') ? 'no HTTP there' : 'unreachable';
}
