// Amazon EC2 as its first command line tools told it: the tab separated lines of `ec2-describe-instances`, 2010 to 2015.
// The columns moved over the years (the platform's came in 2011), so an INSTANCE line is read from its one fixed star: the
// monitoring-* field, which the public and the private address follow.

import { Address } from '../../address/index.ts';
import type { Source, Span } from '../../document/source.ts';
import { AddressList, Harvest } from '../harvest.ts';
import type { Host } from '../model.ts';
import type { TextCloud } from './cloud.ts';
import { regionOf } from './ec2-region.ts';

export const ec2Legacy: TextCloud = {
  name: 'ec2-legacy',
  summary: 'ec2-describe-instances of Amazon EC2 API Tools, 2010 to 2015: lines of text',
  form: 'text',
  recognises: (text) => /^(?:RESERVATION|INSTANCE)[ \t]/m.test(text),
  read(source) {
    const harvest = new Harvest(source, 'ec2-legacy');
    const reader = new Reader(harvest);
    for (const line of linesOf(source)) reader.line(line);
    reader.end();
    return harvest.done();
  },
};

/** One field of a line. */
interface Field {
  readonly text: string;
  readonly span: Span;
}

interface Line {
  readonly fields: readonly Field[];
  readonly span: Span;
}

function* linesOf(source: Source): Generator<Line> {
  const { text } = source;
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const body = text.slice(start, end).replace(/\r$/, '');
    const fields: Field[] = [];
    let at = start;
    for (const field of body.split('\t')) {
      // With --show-empty-fields the tools wrote this for nothing.
      fields.push({ text: field === '(nil)' ? '' : field, span: source.span(at, at + field.length) });
      at += field.length + 1;
    }
    yield { fields, span: source.span(start, start + body.length) };
    start = end + 1;
  }
}

/** The lines that follow an INSTANCE line belong to it: TAG, NIC, NICASSOCIATION, PRIVATEIPADDRESS and others. */
class Reader {
  readonly #harvest: Harvest;
  #host: (Omit<Host, 'name' | 'addresses' | 'tags'> & { readonly dns: string }) | undefined;
  #addresses: AddressList;
  #tags = new Map<string, string>();
  #network: string | undefined;

  constructor(harvest: Harvest) {
    this.#harvest = harvest;
    this.#addresses = new AddressList(harvest);
  }

  line(line: Line): void {
    switch (line.fields[0]?.text) {
      case 'RESERVATION':
        this.end();
        break;
      case 'INSTANCE':
        this.end();
        this.#instance(line);
        break;
      case 'TAG':
        this.#tag(line);
        break;
      case 'NIC':
        this.#network = line.fields[1]?.text || undefined;
        this.#nested(line, 'private');
        break;
      case 'NICASSOCIATION':
        this.#nested(line, 'public');
        break;
      case 'PRIVATEIPADDRESS':
        this.#nested(line, 'private');
        break;
      default:
        if (/^INSTANCE +\S/.test(line.fields[0]?.text ?? '')) {
          this.end();
          this.#harvest.flaw(
            'INV004',
            line.span,
            'the fields of this line are not separated by tabs',
            'empty fields are lost so, and which address is the public one: keep the output as the tool wrote it',
          );
        }
    }
  }

  /** Hands over the instance that is being read, if any. */
  end(): void {
    if (this.#host !== undefined) {
      const { dns, ...host } = this.#host;
      this.#harvest.hosts.push({
        ...host,
        name: this.#tags.get('Name') || dns || host.id,
        addresses: this.#addresses.sorted(),
        tags: this.#tags,
      });
    }
    this.#host = undefined;
    this.#addresses = new AddressList(this.#harvest);
    this.#tags = new Map();
    this.#network = undefined;
  }

  /** Fields from 1: 2 the id, 4 the public name, 6 the state; 12, or 11 before there were product codes, the zone. */
  #instance(line: Line): void {
    const { fields, span } = line;
    const id = fields[1]?.text ?? '';
    const anchor = fields.findIndex(({ text }) => /^monitoring-\w+$/.test(text));
    if (id === '' || anchor < 0) {
      this.#harvest.flaw(
        'INV004',
        span,
        id === '' ? 'an INSTANCE line without an id' : `the line of ${id} has no monitoring-... field`,
        'the public and the private address are the two fields after it',
      );
      return;
    }
    const zone = fields.slice(6, anchor).find(({ text }) => /^[a-z]+(-[a-z]+)+-\d+[a-z]$/.test(text));
    this.#host = {
      source: 'ec2-legacy',
      id,
      dns: fields[3]?.text ?? '',
      region: regionOf(zone?.text ?? ''),
      state: fields[5]?.text.toLowerCase() || 'unknown',
    };
    for (const [offset, scope] of [
      [1, 'public'],
      [2, 'private'],
    ] as const) {
      const field = fields[anchor + offset];
      if (field !== undefined && field.text !== '')
        this.#addresses.add(this.#harvest.address(field.text, 4, field.span), scope);
    }
  }

  /** `TAG instance i-1a2b3c4d Name web-1`; a value may be empty. */
  #tag({ fields, span }: Line): void {
    const [, kind, id, key, value] = fields;
    if (this.#host === undefined || kind?.text !== 'instance' || id?.text !== this.#host.id) return;
    if (key === undefined || key.text === '') this.#harvest.flaw('INV004', span, 'a TAG line without a key');
    else this.#tags.set(key.text, value?.text ?? '');
  }

  /** The first field that is, or would be, an IPv4 address. */
  #nested({ fields, span }: Line, scope: 'public' | 'private'): void {
    if (this.#host === undefined) return;
    const field = fields
      .slice(1)
      .find(({ text }) => Address.read(text) instanceof Address || looksLikeQuad(text));
    if (field === undefined) this.#harvest.flaw('INV004', span, `no address in this ${fields[0]?.text} line`);
    else this.#addresses.add(this.#harvest.address(field.text, 4, field.span), scope, this.#network);
  }
}

/** Digits and three dots: meant as an address even where it is none. Names, ids and times are not of this form. */
function looksLikeQuad(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text);
}
