// What programs are told of the connection that they are run for.

import t from 'tap';
import type { Parties, World } from '../../src/bridge/endpoint.ts';
import { environmentOf } from '../../src/bridge/endpoints/environment.ts';
import { Log } from '../../src/bridge/log.ts';

const WORLD: World = {
  log: new Log({ level: 'F', program: 'x', pid: 1, write: () => undefined, now: () => new Date() }),
  env: {},
  many: false,
  atExit: () => () => undefined,
};

const PID = String(process.pid);

t.test('who is connected with whom, by the names of socat', async (t) => {
  const inet = (address: string, port: number) => ({ kind: 'inet', address, port }) as const;
  const unix = (path: string) => ({ kind: 'unix', path }) as const;
  const rows: readonly (readonly [Parties | undefined, Record<string, string>, string])[] = [
    [undefined, {}, 'nobody'],
    [
      { peer: inet('127.1.0.1', 4711), own: inet('127.0.0.1', 80) },
      {
        SOCAT_PEERADDR: '127.1.0.1',
        SOCAT_PEERPORT: '4711',
        SOCAT_SOCKADDR: '127.0.0.1',
        SOCAT_SOCKPORT: '80',
      },
      'IPv4',
    ],
    [
      { peer: inet('::1', 1), own: inet('2001:db8::1:0', 2) },
      {
        SOCAT_PEERADDR: '[0000:0000:0000:0000:0000:0000:0000:0001]',
        SOCAT_PEERPORT: '1',
        SOCAT_SOCKADDR: '[2001:0db8:0000:0000:0000:0000:0001:0000]',
        SOCAT_SOCKPORT: '2',
      },
      'IPv6 has all its digits, and brackets',
    ],
    [
      { peer: unix(''), own: unix('/run/x') },
      { SOCAT_PEERADDR: '', SOCAT_SOCKADDR: '/run/x' },
      'unix sockets',
    ],
  ];
  for (const [client, wanted, reason] of rows) {
    t.strictSame(environmentOf({ ...WORLD, client }), { SOCAT_PID: PID, SOCAT_PPID: PID, ...wanted }, reason);
  }
});

t.test('what else is in it', async (t) => {
  t.strictSame(
    environmentOf({
      ...WORLD,
      prefix: 'RELAY',
      env: {
        PATH: '/bin',
        UNSET: undefined,
        LISTEN_FDS: '1',
        LISTEN_PID: '7',
        LISTENER: 'stays',
        RELAY_PEERADDR: "of a bridge around this one, whose client is not this one's",
        SOCAT_PEERADDR: 'of another name',
      },
      facts: () => ({ OPENSSL_X509_COMMONNAME: 'client' }),
    }),
    {
      PATH: '/bin',
      LISTENER: 'stays',
      SOCAT_PEERADDR: 'of another name',
      RELAY_PID: PID,
      RELAY_PPID: PID,
      RELAY_OPENSSL_X509_COMMONNAME: 'client',
    },
  );
});
