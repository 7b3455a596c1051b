// Options send-proxy and send-proxy-v2: the first thing that a target hears is who its client is.

import type { World } from '../endpoint.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';

/** The options that are read here. */
export const SEND_PROXY_OPTIONS = ['send-proxy', 'send-proxy-v2'] as const;

type SendOption = (typeof SEND_PROXY_OPTIONS)[number];

/** Reports both versions at once. */
export function checkSendProxy(given: Given<SendOption>, report: Report): void {
  if (given.flag('send-proxy') !== true || given.flag('send-proxy-v2') !== true) return;
  report(
    'BRG010',
    given.token('send-proxy-v2')?.span,
    'options send-proxy and send-proxy-v2 contradict each other',
  );
}

/** What is to be written as soon as the connection to the target stands; undefined where nothing was asked for. */
export async function proxyHeader(given: Given<SendOption>, world: World): Promise<Uint8Array | undefined> {
  const version =
    given.flag('send-proxy-v2') === true ? 2 : given.flag('send-proxy') === true ? 1 : undefined;
  if (version === undefined) return undefined;
  const { encodeProxy } = await import('../proxy-protocol.ts');
  return encodeProxy(version, world.client);
}
