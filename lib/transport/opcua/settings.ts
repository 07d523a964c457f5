/** How an endpoint is reached. Shared by all readers of one `openot-opcua` node. */

/** Message security, by its standard name. */
export type SecurityModeName = 'None' | 'Sign' | 'SignAndEncrypt';
/** How the session logs in. */
export type AuthenticationName = 'anonymous' | 'password' | 'certificate';
/**
 * list: the server's certificate must stand in the trust list; acceptFirst: the first one seen is remembered, another
 * one is refused.
 */
export type TrustName = 'list' | 'acceptFirst';

/** Everything a connection is told; times in milliseconds. */
export interface OpcuaSettings {
  /** `opc.tcp://host:port[/path]`; its host and port are used whatever the server says about itself. */
  readonly endpoint: string;
  readonly securityMode: SecurityModeName;
  /** Name after the `#` of the policy URI, as `Basic256Sha256`; ignored for None. */
  readonly securityPolicy: string;
  readonly authentication: AuthenticationName;
  readonly user?: string;
  readonly password?: string;
  /** PEM text of the user's certificate and key, for authentication `certificate`. */
  readonly certificate?: string;
  readonly privateKey?: string;
  /** Of a private key that is protected by one. */
  readonly passphrase?: string;
  readonly trust: TrustName;
  /** Milliseconds that one call may take. */
  readonly requestTimeoutMs: number;
  /** Milliseconds asked for as session time-out; the server's answer counts. */
  readonly sessionTimeoutMs: number;
  /** Milliseconds without one good answer after which the client is thrown away and built anew. */
  readonly watchdogMs: number;
  /** Milliseconds between two tries at a server that has no session or no connection left. */
  readonly busyRetryMs: number;
  /** Milliseconds between two tries of credentials that were refused: servers lock a user after some. */
  readonly credentialsRetryMs: number;
  /** Folder of the client's key pair, trust list and rejected certificates. */
  readonly pkiFolder: string;
  readonly applicationName: string;
}

/** The defaults of docs/reader.md and README.md here. */
export const DEFAULT_OPCUA_SETTINGS: Omit<OpcuaSettings, 'endpoint' | 'pkiFolder'> = {
  securityMode: 'None',
  securityPolicy: 'Basic256Sha256',
  authentication: 'anonymous',
  trust: 'list',
  requestTimeoutMs: 10_000,
  sessionTimeoutMs: 30_000,
  watchdogMs: 60_000,
  busyRetryMs: 5_000,
  credentialsRetryMs: 300_000,
  applicationName: 'OpenOT for Node-RED'
};

/** Where the bytes lie, as the user wrote it. */
export interface OpcuaNodes {
  /** NodeId of the control block: `ns=3;s="Ring"."Control"` or `nsu=<uri>;s=...`; quotes are kept. */
  readonly controlNode: string;
  /** NodeIds of the ring's parts, in order. */
  readonly ringNodes: readonly string[];
}
