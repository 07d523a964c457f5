import type { NodeMessage } from 'node-red';
import type { MappingSettings, KeyValue, Signal } from '../../lib/telemetry';
import { networkSettings, NetworkSettings } from '../../lib/telemetry';
import { CodedError } from '../runtime/coded-error';
import {
  asBool,
  asChoice,
  asNumber,
  asText,
  Check,
  Evaluate,
  PropertyType,
  TypedProperty,
  typedProperty
} from '../runtime/typed-property';
import { labels } from './labels';
import { ResourceAttributes } from './resource';
import { Severities } from './severities';

/**
 * The dialog's properties as they stand in a flow file: `<name>` and, where it may come from elsewhere, `<name>Type`.
 */
export type OtelProperties = Readonly<Record<string, unknown>>;

/** Limits and defaults; the help names them. */
export const limits = {
  maxItems: { fallback: 500, min: 1, max: 100_000 },
  maxBytes: { fallback: 1_048_576, min: 1024, max: 67_108_864 },
  maxAge: { fallback: 200, min: 0, max: 60_000 }
} as const;

/** What stands around the items of a request: one request is open for each that differs. */
export type EnvelopeSettings = PlainEnvelope | NetworkEnvelope;

/** Plain OTLP: a resource and a scope. */
export interface PlainEnvelope {
  readonly profile: 'otlp';
  readonly resource: readonly KeyValue[];
  readonly scopeName: string;
  readonly scopeVersion: string;
}

/** The open networks' envelope (docs/format.md 24). */
export interface NetworkEnvelope {
  readonly profile: 'network';
  readonly settings: NetworkSettings;
}

/** Name of the instrumentation scope where none is set. */
export const SCOPE_NAME = 'openot';

/** When what waits is sent. */
export interface BatchLimits {
  /** Items in one request. */
  readonly maxItems: number;
  /** Estimated bytes of one request. */
  readonly maxBytes: number;
  /** Milliseconds that an item waits for others. */
  readonly maxAgeMs: number;
}

/** Everything that one message is mapped with. */
export interface MessageSettings {
  readonly mapping: MappingSettings;
  readonly envelope: EnvelopeSettings;
  readonly limits: BatchLimits;
}

const networkTexts = ['encoding', 'checksum', 'producer', 'domain', 'schemaUrl', 'senderId', 'recipientId'] as const;
const networkBools = ['scopeUuid', 'count'] as const;
const signalNames = ['logs', 'metrics', 'traces'] as const;

/** The dialog's settings, those that come with a message resolved for each. */
export class OtelSettings {
  private readonly signals: TypedProperty<Record<Signal, boolean>>;
  private readonly profile: TypedProperty<EnvelopeSettings['profile']>;
  private readonly network: Record<(typeof networkTexts)[number], TypedProperty<string>> &
    Record<(typeof networkBools)[number], TypedProperty<boolean>>;
  private readonly scopeName: TypedProperty<string>;
  private readonly scopeVersion: TypedProperty<string>;
  private readonly recordSpans: TypedProperty<boolean>;
  private readonly stateSpans: TypedProperty<boolean>;
  private readonly boolMetrics: TypedProperty<boolean>;
  private readonly maxItems: TypedProperty<number>;
  private readonly maxBytes: TypedProperty<number>;
  private readonly maxAge: TypedProperty<number>;
  private readonly resource: ResourceAttributes;
  private readonly severities: Severities;

  /** Throws OPENOT_CONFIG for what is fixed and wrong. */
  constructor(
    properties: OtelProperties,
    evaluate: Evaluate,
    /** The package's, for the scope where none is set. */
    private readonly version: string
  ) {
    const property = <T>(name: keyof typeof labels, own: PropertyType, check: Check<T>): TypedProperty<T> =>
      typedProperty(
        { name: labels[name], value: properties[name], type: properties[`${name}Type`], own },
        check,
        evaluate
      );
    this.signals = property('signals', 'choice', signalsOf);
    this.profile = property('profile', 'choice', asChoice(['otlp', 'network']));
    this.network = {
      encoding: property('encoding', 'choice', asChoice<string>(['otlp', 'literal'])),
      checksum: property('checksum', 'choice', asChoice<string>(['md5', 'sha256', 'none'])),
      producer: property('producer', 'str', asText('')),
      domain: property('domain', 'str', asText('')),
      schemaUrl: property('schemaUrl', 'str', asText('')),
      senderId: property('senderId', 'str', asText('')),
      recipientId: property('recipientId', 'str', asText('')),
      scopeUuid: property('scopeUuid', 'bool', asBool(true)),
      count: property('count', 'bool', asBool(true))
    };
    this.scopeName = property('scopeName', 'str', asText(''));
    this.scopeVersion = property('scopeVersion', 'str', asText(''));
    this.recordSpans = property('recordSpans', 'bool', asBool(false));
    this.stateSpans = property('stateSpans', 'bool', asBool(false));
    this.boolMetrics = property('boolMetrics', 'bool', asBool(false));
    this.maxItems = property('maxItems', 'num', asNumber(limits.maxItems));
    this.maxBytes = property('maxBytes', 'num', asNumber(limits.maxBytes));
    this.maxAge = property('maxAge', 'num', asNumber(limits.maxAge));
    this.resource = new ResourceAttributes(properties.resource, evaluate);
    this.severities = new Severities(properties.severityOverrides, evaluate);
    const isFixed = [this.profile, this.scopeName, this.scopeVersion, ...Object.values(this.network)].every(
      ({ isPerMessage }) => !isPerMessage
    );
    if (isFixed) this.envelope({}, []);
  }

  /** Must something survive a restart: open spans, or when the items of the open networks changed last? */
  get needsState(): boolean {
    const mayTrace = this.signals.isPerMessage || this.signals.of({}).traces;
    return mayTrace || this.profile.isPerMessage || this.profile.of({}) === 'network';
  }

  /** Throws OPENOT_PROPERTY when the message brings something else than is expected. */
  of(message: NodeMessage): MessageSettings {
    const envelope = this.envelope(message, this.resource.of(message));
    return {
      mapping: {
        signals: this.signals.of(message),
        severityOverrides: this.severities.of(message),
        boolMetrics: this.boolMetrics.of(message),
        stateSpans: this.stateSpans.of(message),
        // Event id API speaks of calls: what records tell is none, and has a place there only where somebody asks.
        recordSpans: envelope.profile === 'otlp' || this.recordSpans.of(message),
        literalCalls: envelope.profile === 'network' && envelope.settings.encoding === 'literal'
      },
      envelope,
      limits: {
        maxItems: this.maxItems.of(message),
        maxBytes: this.maxBytes.of(message),
        maxAgeMs: this.maxAge.of(message)
      }
    };
  }

  private envelope(message: NodeMessage, resource: readonly KeyValue[]): EnvelopeSettings {
    const profile = this.profile.of(message);
    const scopeName = this.scopeName.of(message);
    const scopeVersion = this.scopeVersion.of(message);
    if (profile === 'otlp')
      return { profile, resource, scopeName: scopeName || SCOPE_NAME, scopeVersion: scopeVersion || this.version };
    const texts = Object.fromEntries(networkTexts.map((name) => [name, this.network[name].of(message)]));
    const bools = Object.fromEntries(networkBools.map((name) => [name, this.network[name].of(message)]));
    const checked = networkSettings({ ...texts, ...bools, scopeName, scopeVersion, resource });
    // Its message begins with the code.
    if (!checked.ok) throw new CodedError(checked.code, checked.message.slice(checked.code.length + 2));
    return { profile, settings: checked.settings };
  }
}

/** An object of three Bools, or the names of those that are on, with commas between (also as an array). Absent: all. */
const signalsOf: Check<Record<Signal, boolean>> = (value, refuse) => {
  if (value === undefined) return { logs: true, metrics: true, traces: true };
  if (typeof value === 'string' || Array.isArray(value)) {
    const names = (Array.isArray(value) ? value : value.split(','))
      .map((name: unknown) => String(name).trim())
      .filter((name) => name !== '' && name !== 'none');
    if (names.some((name) => !signalNames.includes(name as Signal)))
      throw refuse('names out of logs, metrics, traces with commas between');
    return { logs: names.includes('logs'), metrics: names.includes('metrics'), traces: names.includes('traces') };
  }
  const given = value as Record<string, unknown>;
  if (
    typeof value !== 'object' ||
    signalNames.some((name) => given[name] !== undefined && typeof given[name] !== 'boolean')
  )
    throw refuse('an object of the Bools logs, metrics and traces');
  return { logs: given.logs !== false, metrics: given.metrics !== false, traces: given.traces !== false };
};
