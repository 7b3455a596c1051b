// Option range with the name of a host in it: the name is looked up when the listener begins, as socat does it.

import { lookup } from 'node:dns/promises';
import { Address } from '../../address/address.ts';
import { OpenError } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import type { ClientRange } from '../range.ts';

/** Gives a range the address of its host. Throws OpenError where there is none, or the range is none for it. */
export async function lookUpRange(range: ClientRange, host: string, label: string): Promise<void> {
  let text: string;
  try {
    // What the length or mask is for is only known with the address.
    text = (await lookup(host, { order: 'ipv4first' })).address;
  } catch (error) {
    throw new OpenError(label, `${JSON.stringify(host)}: ${reasonOf(error)}`, { option: 'range' });
  }
  const address = Address.read(text);
  const fault = address instanceof Address ? range.settle?.(address) : address;
  if (fault !== undefined) throw new OpenError(label, fault.toString(), { option: 'range', final: true });
}
