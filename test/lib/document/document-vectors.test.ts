import should from 'should';
import { BindingReason, compileDefinition, CompiledDefinition, EpochBinding, Relation } from '../../../lib/definition';
import { Provenance } from '../../../lib/document/provenance';
import { DocumentWriter } from '../../../lib/document/writer';
import { LossItem } from '../../../lib/stream/items';
import { decodeRecord, Key, RecordView, writeU16 } from '../../../lib/wire';
import { definitionText, describeVectors, documentText, wireBytes } from '../../support/vectors';

const STALE_SAMPLE_HASH = '70df7394b875e492';

function provenance(
  bound: EpochBinding,
  receiveTimeNs: string,
  definitionHash = STALE_SAMPLE_HASH,
  relation: Relation = 'current'
): Provenance {
  return new Provenance(
    {
      bufferId: 9,
      epochId: 7,
      relation,
      definitionHash,
      semanticVersion: '1.0.0',
      receiveTimeNs,
      bound,
      priorId: undefined,
      incarnation: 0
    },
    false
  );
}

const refused = (reason: BindingReason): EpochBinding => ({ ok: false, reason, advertised: '' });

function text(
  record: RecordView,
  page: Provenance,
  changes: { sourceTimeNs?: string; eventTypeId?: number } = {}
): string {
  const writer = new DocumentWriter(false);
  writer.resolution.slots.loadView(record);
  const { flags, runId, seq, sourceId, eventTypeId, sourceTimeNs } = record;
  const head = {
    flags,
    sourceTimeNs: String(sourceTimeNs),
    runId: String(runId),
    seq: String(seq),
    sourceId,
    eventTypeId,
    ...changes
  };
  return writer.recordText(page, head, record.length);
}

describeVectors('the six document vectors come out byte for byte', () => {
  let sample: CompiledDefinition;
  let bound: EpochBinding;

  before(() => {
    const result = compileDefinition(definitionText('sample'));
    if (!result.ok) throw new Error(result.message);
    sample = result.compiled;
    bound = { ok: true, compiled: sample, advertised: sample.carriageHash };
  });

  const stateTransition = (category = 2): RecordView => {
    const bytes = wireBytes('conformant_state_transition');
    const view = decodeRecord(bytes) as RecordView;
    writeU16(bytes, view.payloadOf(Key.category, 2), category);
    return view;
  };

  it('event_state_transition', () => {
    should(text(stateTransition(), provenance(bound, '50000'))).equal(documentText('event_state_transition'));
  });

  it('event_unknown_enum_value', () => {
    should(text(stateTransition(99), provenance(bound, '50005'))).equal(documentText('event_unknown_enum_value'));
  });

  it('placeholder_drift', () => {
    const reason: BindingReason = {
      kind: 'drift',
      detail: { actual: sample.carriageHash, epoch: 'current', expected: '1111111111111111' }
    };
    const page = provenance(refused(reason), '50002', '1111111111111111');
    should(text(stateTransition(), page, { sourceTimeNs: '1000' })).equal(documentText('placeholder_drift'));
  });

  it('placeholder_stale_prior_epoch', () => {
    const page = provenance(refused({ kind: 'stalePriorEpoch' }), '50003', '2222222222222222', 'prior');
    should(text(stateTransition(), page, { sourceTimeNs: '1000' })).equal(
      documentText('placeholder_stale_prior_epoch')
    );
  });

  it('placeholder_unknown_event_id', () => {
    const page = provenance(bound, '50004');
    should(text(stateTransition(), page, { sourceTimeNs: '1000', eventTypeId: 30583 })).equal(
      documentText('placeholder_unknown_event_id')
    );
  });

  it('loss_inferred', () => {
    const loss: LossItem = {
      kind: 'loss',
      runId: '1',
      sourceId: 42,
      firstSeq: 101,
      lastSeq: 136,
      count: 36,
      basis: 'inferred',
      class: 'lost'
    };
    should(new DocumentWriter(false).lossText(provenance(bound, '60001'), loss)).equal(documentText('loss_inferred'));
  });
});
