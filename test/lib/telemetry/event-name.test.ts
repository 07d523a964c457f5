import should from 'should';
import { EventNames, nameOfEvent } from '../../../lib/telemetry/event-name';
import type { DocumentObject } from '../../../lib/document';
import { canonicalEvents } from '../../../lib/wire';

describe('event names of log records', () => {
  const names: [vendor: string, expected: string][] = [
    ['ValueChanged', 'openot.value_changed'],
    ['StateTransition', 'openot.state_transition'],
    ['ESignature', 'openot.e_signature'],
    ['PLCFault', 'openot.plc_fault'],
    ['OPCUASessionLost', 'openot.opcua_session_lost'],
    ['FaultOfPLC', 'openot.fault_of_plc'],
    ['Step2Done', 'openot.step2_done'],
    ['2ndStage', 'openot.2nd_stage'],
    ['Axis12Homed', 'openot.axis12_homed'],
    ['snake_case_already', 'openot.snake_case_already'],
    ['SCREAMING_SNAKE', 'openot.screaming_snake'],
    ['kebab-case.and dots', 'openot.kebab_case_and_dots'],
    ['  Door  open! ', 'openot.door_open'],
    ['Füllstand hoch', 'openot.fuellstand_hoch'],
    ['ÜberdruckGroß', 'openot.ueberdruck_gross'],
    ['A\u0308nderung', 'openot.aenderung'],
    ['Température élevée', 'openot.temperature_elevee'],
    ['Ångström', 'openot.angstroem'],
    ["Operator's choice", 'openot.operators_choice'],
    ['温度過高', 'openot.温度過高'],
    ['ДверьОткрыта', 'openot.дверь_открыта'],
    ['가나다', 'openot.가나다'],
    ['🏭Fault', 'openot.fault'],
    ['Half\ud83cPair', 'openot.half_pair'],
    ['', 'openot.event'],
    ['!!!', 'openot.event'],
    ['🏭', 'openot.event'],
    ['Loss', 'openot.loss_event'],
    ['placeholder', 'openot.placeholder_event']
  ];
  for (const [vendor, expected] of names)
    it(`${JSON.stringify(vendor)} is ${expected}`, () => should(nameOfEvent(vendor)).equal(expected));

  it('every canonical event has one of its own, of lower case letters, digits and underscores', () => {
    const all = canonicalEvents.map(({ name }) => nameOfEvent(name));
    should(new Set(all).size).equal(canonicalEvents.length);
    for (const name of all) name.should.match(/^openot\.[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  });

  it('losses and placeholders have theirs', () => {
    const eventNames = new EventNames();
    should(eventNames.of({ kind: 'loss' } as DocumentObject)).equal('openot.loss');
    should(eventNames.of({ kind: 'placeholder', eventTypeId: 7 } as DocumentObject)).equal('openot.placeholder');
  });

  it('stay the same however many names there are', () => {
    const eventNames = new EventNames();
    const of = (eventName: string): string => eventNames.of({ kind: 'event', eventName } as DocumentObject);
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 3000; i++) should(of(`Event${i}Done`)).equal(`openot.event${i}_done`);
  });
});
