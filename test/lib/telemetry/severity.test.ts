import should from 'should';
import type { DocumentField, DocumentObject } from '../../../lib/document';
import { severityName, severityOf, SeverityOverride } from '../../../lib/telemetry/severity';
import { EventType, Key } from '../../../lib/wire';

const severity = (enumLabel: string | null, label?: string): DocumentField => ({
  key: Key.severity,
  name: 'severity',
  type: 'UInt',
  value: 1,
  enumLabel,
  ...(label === undefined ? {} : { label })
});
const event = (
  fields: DocumentField[],
  eventTypeId: number = EventType.ConditionActive,
  eventName = 'ConditionActive'
): DocumentObject => ({ kind: 'event', eventName, eventTypeId, fields }) as unknown as DocumentObject;
const of = (
  document: DocumentObject,
  overrides: Record<string, SeverityOverride> = {},
  name = 'openot.condition_active'
): unknown => severityOf(document, name, overrides);

describe('severity', () => {
  it('is the band of the severity field', () => {
    should(of(event([severity('Low')]))).eql({ number: 9, text: 'Low' });
    should(of(event([severity('Medium')]))).eql({ number: 13, text: 'Medium' });
    should(of(event([severity('High')]))).eql({ number: 17, text: 'High' });
  });

  it("is the definition's own band where that is another than the fixed one", () => {
    should(of(event([severity('High', 'Medium')]))).eql({ number: 13, text: 'Medium' });
    should(of(event([severity(null, 'High')]))).eql({ number: 17, text: 'High' });
  });

  it('is INFO without a severity field, or where its number is in no band', () => {
    should(of(event([]))).eql({ number: 9, text: 'INFO' });
    should(of(event([severity(null)]))).eql({ number: 9, text: 'INFO' });
  });

  it('of a repeated field is that of the last one', () =>
    should(of(event([severity('Low'), severity('High')]))).eql({ number: 17, text: 'High' }));

  it('of a loss is ERROR, of a placeholder and of a SecurityAccessFailure WARN', () => {
    should(of({ kind: 'loss' } as DocumentObject)).eql({ number: 17, text: 'ERROR' });
    should(of({ kind: 'loss', class: 'before-contact' } as DocumentObject)).eql({ number: 9, text: 'INFO' });
    should(of({ kind: 'placeholder' } as DocumentObject)).eql({ number: 13, text: 'WARN' });
    should(of(event([], EventType.SecurityAccessFailure, 'SecurityAccessFailure'))).eql({ number: 13, text: 'WARN' });
  });

  it('is what the table says, by the name of the event, of the log record, or the kind', () => {
    should(of(event([severity('Low')]), { ConditionActive: { number: 21 } })).eql({ number: 21, text: 'FATAL' });
    should(of(event([severity('Low')]), { 'openot.condition_active': { number: 6, text: 'noise' } })).eql({
      number: 6,
      text: 'noise'
    });
    should(of({ kind: 'loss' } as DocumentObject, { loss: { number: 18 } }, 'openot.loss')).eql({
      number: 18,
      text: 'ERROR2'
    });
    should(
      of({ kind: 'placeholder' } as DocumentObject, { 'openot.placeholder': { number: 10 } }, 'openot.placeholder')
    ).eql({ number: 10, text: 'INFO2' });
  });

  it('is not what an entry says that is no severity, nor what objects bring along', () => {
    for (const number of [0, 25, -1, 9.5, NaN, '9', undefined, null])
      should(of(event([]), { ConditionActive: { number } as unknown as SeverityOverride })).eql({
        number: 9,
        text: 'INFO'
      });
    should(of(event([]), { ConditionActive: null as unknown as SeverityOverride })).eql({ number: 9, text: 'INFO' });
    should(of(event([], 1, 'constructor'), {}, 'openot.constructor')).eql({ number: 9, text: 'INFO' });
    should(of(event([]), { ConditionActive: { number: 5, text: 7 as unknown as string } })).eql({
      number: 5,
      text: 'DEBUG'
    });
  });

  it('has the short names of OpenTelemetry', () => {
    const names = (
      'TRACE TRACE2 TRACE3 TRACE4 DEBUG DEBUG2 DEBUG3 DEBUG4 INFO INFO2 INFO3 INFO4 WARN WARN2 WARN3 WARN4 ERROR ' +
      'ERROR2 ERROR3 ERROR4 FATAL FATAL2 FATAL3 FATAL4'
    ).split(' ');
    should(names.map((_, i) => severityName(i + 1))).eql(names);
    should(severityName(0)).be.undefined();
    should(severityName(25)).be.undefined();
  });
});
