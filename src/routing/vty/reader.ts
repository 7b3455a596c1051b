// What the rows of the grammar work on: the model of an existing configuration, and where in it the reading is. What a
// statement adds stands in grammar.ts, which statement comes next in parse.ts.

import { Address, AddressFault, type Family, InterfaceAddress, Prefix } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import { diagnose } from './faults.ts';
import type { Found } from './form.ts';
import type { Bgp, Existing, Interface, MapClause, Peer, PeerFamily } from './model.ts';
import { statementText, type Word } from './statement.ts';

/** Where a statement stands. */
export type Block =
  | 'top'
  | 'bgp'
  | 'family'
  | 'interface'
  | 'route-map'
  | 'bfd'
  | 'bfd-part'
  | 'rpki'
  | 'line'
  | 'foreign';

export class VtyReader {
  readonly existing: Existing;
  readonly diagnostics: Diagnostic[] = [];
  block: Block = 'top';
  /** The address family that lines about a neighbour are for. */
  family: Family = 4;
  interface: Interface | undefined;
  clause: MapClause | undefined;

  constructor(existing: Existing) {
    this.existing = existing;
  }

  wrong(word: Word, why: string, hint?: string): undefined {
    this.diagnostics.push(diagnose('VTY002', word.span, `${JSON.stringify(word.text)}: ${why}`, { hint }));
    return undefined;
  }

  /** A word as a prefix; host bits are taken off with a word, as the daemons take them off without one. */
  prefix(word: Word): Spanned<Prefix> | undefined {
    const prefix = Prefix.read(word.text);
    if (!(prefix instanceof AddressFault)) return { value: prefix, span: word.span };
    const loose = InterfaceAddress.read(word.text);
    if (loose instanceof AddressFault) return this.wrong(word, prefix.why, prefix.hint);
    this.diagnostics.push(
      diagnose('VTY002', word.span, `${JSON.stringify(word.text)} has host bits`, {
        hint: `the daemon makes ${loose.prefix.toString()} of it`,
      }),
    );
    return { value: loose.prefix, span: word.span };
  }

  address(word: Word): Address | undefined {
    const address = Address.read(word.text);
    return address instanceof AddressFault ? this.wrong(word, address.why, address.hint) : address;
  }

  /** The BGP instance that is open. */
  bgp(found: Found): Bgp {
    const { bgp } = this.existing;
    if (bgp !== undefined) return bgp;
    // Only a row of a block inside `router bgp` asks, and that block was opened by one.
    throw new RangeError(`no router bgp: ${statementText(found.statement)}`);
  }

  /** A neighbour by its address or a group by its name, made when first spoken of. */
  peer(found: Found): Peer {
    const name = found.word('PEER');
    const { peers } = this.bgp(found);
    const known = peers.get(name.text);
    if (known !== undefined) return known;
    const address = Address.read(name.text);
    const peer: Peer = {
      name,
      address: address instanceof AddressFault ? undefined : address,
      group: undefined,
      as: undefined,
      description: undefined,
      password: undefined,
      source: undefined,
      multihop: undefined,
      security: undefined,
      bfd: undefined,
      timers: undefined,
      shutdown: undefined,
      role: undefined,
      restart: undefined,
      enforcesFirst: undefined,
      families: new Map(),
    };
    peers.set(name.text, peer);
    return peer;
  }

  /** What a neighbour has for the present address family. */
  peerFamily(found: Found): PeerFamily {
    const { families } = this.peer(found);
    const known = families.get(this.family);
    if (known !== undefined) return known;
    const family: PeerFamily = {
      active: undefined,
      maps: new Map(),
      prefixLists: new Map(),
      pathLists: new Map(),
      accessLists: new Map(),
      limit: undefined,
      limitOut: undefined,
      keepsReceived: false,
      defaultOriginate: undefined,
    };
    families.set(this.family, family);
    return family;
  }
}
