// Options allow and deny: who may, by lists that stand in the command line and in files, kept live on SIGHUP.

import { readFileSync } from 'node:fs';
import type { AddressSet } from '../../address/set.ts';
import { OpenError, type Parties, type World } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import { gatherSources, readSourceFile } from '../source-files.ts';
import { type SourceText, sourceAddress } from '../sources.ts';

type ListWorld = Pick<World, 'log' | 'onReload'>;

/** One option's list. */
export class SourceList {
  readonly #label: string;
  readonly #option: string;
  readonly #sources: readonly SourceText[];
  #set: AddressSet;

  /** Reads the files. Throws OpenError where one can't be read, or has a line that is no address, prefix or range. */
  constructor(label: string, option: string, sources: readonly SourceText[], world: ListWorld) {
    this.#label = label;
    this.#option = option;
    this.#sources = sources;
    this.#set = this.#read(world);
    if (!sources.some(({ kind }) => kind === 'file')) return;
    world.onReload?.(async () => {
      this.#set = this.#read(world);
      world.log.say('N', `${label}: option ${option}: read anew, ${this.#set.size} addresses`);
    });
  }

  /** Whether the peer has an address that is in the list. */
  has({ peer }: Parties): boolean {
    const address = peer.kind === 'inet' ? sourceAddress(peer.address) : undefined;
    return address !== undefined && this.#set.has(address);
  }

  #read(world: ListWorld): AddressSet {
    const sets: AddressSet[] = [];
    for (const source of this.#sources) if (source.kind === 'file') sets.push(this.#file(source.path, world));
    return gatherSources(this.#sources, sets);
  }

  /** A list with a bad line is not used at all: without that line more might be let in, or fewer, than was meant. */
  #file(path: string, world: ListWorld): AddressSet {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw this.#error(`${path}: ${reasonOf(error)}`);
    }
    const { set, faults } = readSourceFile(bytes);
    const [first, ...more] = faults;
    if (first === undefined) return set;
    for (const fault of more.slice(0, 20)) world.log.say('E', `${path}:${fault}`);
    throw this.#error(`${path}:${first}${more.length === 0 ? '' : ` (and ${more.length} more)`}`);
  }

  #error(reason: string): OpenError {
    return new OpenError(this.#label, reason, { option: this.#option, final: true });
  }
}

/** Why a client is turned away; deny wins over allow, and with an allow list whoever has no address is no one on it. */
export function admission(
  label: string,
  allow: readonly SourceText[],
  deny: readonly SourceText[],
  world: ListWorld,
): (parties: Parties) => string | undefined {
  const denied = deny.length === 0 ? undefined : new SourceList(label, 'deny', deny, world);
  const allowed = allow.length === 0 ? undefined : new SourceList(label, 'allow', allow, world);
  return (parties) => {
    if (denied?.has(parties) === true) return 'deny option';
    return allowed === undefined || allowed.has(parties) ? undefined : 'allow option';
  };
}
