// Parsed addresses against the types there are: endpoints, or every fault with its place. Pure; the types come in as a
// list, so that this file opens nothing and loads nothing that could.

import { type Diagnostic, hasErrors } from '../document/diagnostic.ts';
import type { Source, Span } from '../document/source.ts';
import { suggest } from '../document/suggest.ts';
import { join } from './dual.ts';
import type { Endpoint } from './endpoint.ts';
import { diagnose } from './faults.ts';
import { foreignOption, foreignType } from './foreign.ts';
import { type Kind, PREFERENCES, type Preferences, type Report, syntaxOf } from './kind.ts';
import { findOption, namesOf, optionNames, optionRow } from './options.ts';
import { type AddressText, type OptionText, parseAddress } from './parse.ts';
import { readValue, type Setting, type ValueFault } from './values.ts';

/** Which ways data goes: -u is forward, -U backward. */
export type Ways = 'both' | 'forward' | 'backward';

/** Two endpoints and the ways between them. */
export interface Bridge {
  readonly left: Endpoint;
  readonly right: Endpoint;
  readonly ways: Ways;
}

/** What came of checking: a bridge where nothing was wrong, and the diagnostics (warnings may stand beside a bridge). */
export interface Checked {
  readonly bridge: Bridge | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks the two addresses of a command line. */
export function checkBridge(
  leftSource: Source,
  rightSource: Source,
  ways: Ways,
  kinds: readonly Kind[],
  preferences: Preferences = PREFERENCES,
  anyOption = false,
): Checked {
  const diagnostics: Diagnostic[] = [];
  const rules = { kinds, preferences, anyOption };
  const left = checkAddress(leftSource, rules, diagnostics);
  const right = checkAddress(rightSource, rules, diagnostics);
  if (left === undefined || right === undefined) return { bridge: undefined, diagnostics };
  if (left.service !== undefined && right.service !== undefined) {
    diagnostics.push(
      diagnose('BRG010', rightSource.all(), 'both addresses have option fork', {
        hint: 'the address without fork is opened anew for each connection of the one with it',
      }),
    );
  }
  if (left.takeOver !== undefined) {
    diagnostics.push(
      diagnose('BRG010', leftSource.all(), 'option nofork can only stand in the second address', {
        hint: 'the program takes over what the first one has opened',
      }),
    );
  }
  const forward = ways !== 'backward' && left.gives && right.takes;
  const backward = ways !== 'forward' && right.gives && left.takes;
  if (!forward && !backward) diagnostics.push(noWay(left, right, leftSource, rightSource, ways));
  if (hasErrors(diagnostics)) return { bridge: undefined, diagnostics };
  return { bridge: { left, right, ways }, diagnostics };
}

function noWay(
  left: Endpoint,
  right: Endpoint,
  leftSource: Source,
  rightSource: Source,
  ways: Ways,
): Diagnostic {
  const [from, to] = ways === 'backward' ? [right, left] : [left, right];
  const [fromSource, toSource] = ways === 'backward' ? [rightSource, leftSource] : [leftSource, rightSource];
  if (!from.gives) return diagnose('BRG012', fromSource.all(), `no data can be read from ${from.label}`);
  return diagnose('BRG012', toSource.all(), `no data can be written to ${to.label}`);
}

/** What an address is checked by. */
interface Rules {
  readonly kinds: readonly Kind[];
  readonly preferences: Preferences;
  /** -g: an option that the type has no use for is no fault. */
  readonly anyOption: boolean;
}

/** Checks one argument; faults go to `diagnostics`. */
function checkAddress(source: Source, rules: Rules, diagnostics: Diagnostic[]): Endpoint | undefined {
  const parsed = parseAddress(source);
  if (!('read' in parsed)) {
    diagnostics.push(...parsed);
    return undefined;
  }
  diagnostics.push(...parsed.diagnostics);
  const report: Report = (...fault) => {
    diagnostics.push(diagnose(...fault));
  };
  const read = checkSingle(parsed.read, rules, report);
  if (parsed.write === undefined) return read;
  const write = checkSingle(parsed.write, rules, report);
  if (read === undefined || write === undefined) return undefined;
  return join(read, write, parsed.read.span, parsed.write.span, report);
}

function checkSingle(text: AddressText, rules: Rules, report: Report): Endpoint | undefined {
  const { kinds, preferences } = rules;
  const address = shortForm(text);
  const { keyword, parameters } = address;
  const wanted = keyword.text.toUpperCase();
  const found = kinds.find(({ keywords }) => keywords.includes(wanted));
  if (found === undefined) {
    unknownType(address, kinds, report);
    return undefined;
  }
  let sound = true;
  const fault: Report = (...args) => {
    sound = false;
    report(...args);
  };
  const most = found.parameters.length;
  if (parameters.length < found.needed || parameters.length > most) {
    const extra = parameters[most];
    const numbers = found.needed === most ? `${most}` : `${found.needed} to ${most}`;
    fault(
      'BRG004',
      extra?.span ?? address.span,
      `${keyword.text}: wrong number of parameters (${parameters.length} instead of ${numbers})`,
      {
        hint: `write ${syntaxOf(found)}`,
      },
    );
  }
  const settings = new Map<string, Setting>();
  for (const option of address.options) checkOption(option, found, rules, settings, fault);
  if (parameters.length < found.needed || parameters.length > most) return undefined;
  const label = [keyword.text, ...parameters.map(({ text: parameter }) => parameter)].join(':');
  const endpoint = found.plan({ label, parameters, span: address.span, preferences }, settings, fault);
  return sound ? endpoint : undefined;
}

/**
 * An address whose keyword is left out, with it put in: a single digit is a descriptor (socat takes no more than one),
 * a text with a slash is a path, for GOPEN.
 */
function shortForm(address: AddressText): AddressText {
  const { keyword, parameters } = address;
  const insert = (name: string): AddressText => ({
    ...address,
    keyword: { text: name, span: keyword.span },
    parameters: [keyword, ...parameters],
  });
  if (/^\d$/.test(keyword.text)) return insert('FD');
  if (keyword.text.includes('/')) return insert('GOPEN');
  return address;
}

function unknownType({ keyword }: AddressText, kinds: readonly Kind[], report: Report): void {
  const foreign = foreignType(keyword.text);
  if (foreign !== undefined) {
    report(
      'BRG003',
      keyword.span,
      `address type ${keyword.text.toUpperCase()} is not done here: ${foreign.why}`,
      { hint: foreign.hint },
    );
    return;
  }
  const words = kinds.flatMap(({ keywords }) => keywords).filter((word) => word.length > 1);
  const near = keyword.text === '' ? undefined : suggest(keyword.text, words);
  const digits = /^\d+$/.test(keyword.text) ? `did you mean FD:${keyword.text}?` : undefined;
  report('BRG002', keyword.span, `unknown device/address ${JSON.stringify(keyword.text)}`, {
    hint: digits ?? (near === undefined ? undefined : `did you mean ${near}?`),
  });
}

function checkOption(
  { name, value }: OptionText,
  found: Kind,
  { kinds, anyOption }: Rules,
  settings: Map<string, Setting>,
  report: Report,
): void {
  const option = findOption(name.text);
  if (option === undefined) {
    unknownOption(name.text, name.span, found, report);
    return;
  }
  if (!found.options.includes(option)) {
    if (anyOption) return;
    const takers = kinds.filter(({ options }) => options.includes(option)).map(({ keywords }) => keywords[0]);
    report('BRG008', name.span, `option ${JSON.stringify(name.text)} not supported with this address type`, {
      hint: `${found.keywords[0]} does not take it; ${listed(takers)} ${takers.length === 1 ? 'does' : 'do'}`,
    });
    return;
  }
  const setting = readValue(optionRow(option), name, value);
  if ('why' in setting) {
    const { span, hint } = placeOf(setting, name.span, value?.span);
    report('BRG009', span, `option ${name.text}: ${setting.why}`, { hint });
  } else {
    settings.set(option, gathered(settings.get(option), setting));
  }
}

/** An option that is repeated: the last one counts, as in socat; lists of sources add up. */
function gathered(earlier: Setting | undefined, setting: Setting): Setting {
  if (earlier?.type !== 'sources' || setting.type !== 'sources') return setting;
  return { ...setting, value: [...earlier.value, ...setting.value] };
}

function unknownOption(name: string, span: Span, found: Kind, report: Report): void {
  const foreign = foreignOption(name);
  if (foreign !== undefined) {
    report('BRG007', span, `option ${JSON.stringify(name)} is not done here: ${foreign.why}`, {
      hint: foreign.hint,
    });
    return;
  }
  // One that the type takes is the likelier meaning.
  const near = suggest(name, found.options.flatMap(namesOf)) ?? suggest(name, optionNames());
  report('BRG006', span, `unknown option ${JSON.stringify(name)}`, {
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}

/** Where a value's fault stands: at its offset if the value was written as it reads, otherwise the whole value. */
function placeOf(
  fault: ValueFault,
  name: Span,
  value: Span | undefined,
): { span: Span; hint: string | undefined } {
  const whole = value ?? name;
  const { source, start, end } = whole;
  const plain = value !== undefined && !/["'\\]/.test(source.text.slice(start, end));
  const at = plain && fault.offset !== undefined ? Math.min(start + fault.offset, end) : start;
  return {
    span: at === end && at > start ? source.span(end - 1, end) : source.span(at, end),
    hint: fault.hint,
  };
}

/** How many types a hint names. */
const NAMED = 4;

function listed(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? 'nothing';
  if (words.length > NAMED + 1)
    return `${words.slice(0, NAMED).join(', ')} and ${words.length - NAMED} others`;
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
