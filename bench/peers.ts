// The relays that bench/relay measures, each as it is meant to be run for what it does: a listener in front, one backend
// behind it, as many connections as come. A relay whose program is not on the machine is left out, and said so.

import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a relay listens, and where its backend does. */
export type Place = { readonly port: number } | { readonly path: string };

export interface Peer {
  readonly name: string;
  /** The command, with its configuration written into the folder where it needs one. */
  command(front: Place, back: Place, folder: string): readonly string[];
  /** A process for each connection: 9,900 of them are not asked for. */
  readonly forks?: true;
  /** It takes a tenth of a second for each connection: only bulk is asked of it. */
  readonly slow?: true;
}

function socat(name: string, ...options: string[]): Peer {
  return {
    name,
    forks: true,
    command: (front, back) => [
      'socat',
      ...options,
      'port' in front
        ? `TCP-LISTEN:${front.port},bind=127.0.0.1,reuseaddr,fork,backlog=4096`
        : `UNIX-LISTEN:${front.path},fork,unlink-early,backlog=4096`,
      'port' in back ? `TCP:127.0.0.1:${back.port}` : `UNIX-CONNECT:${back.path}`,
    ],
  };
}

function haproxy(name: string, buffer: number): Peer {
  return {
    name,
    command(front, back, folder) {
      const file = join(folder, `haproxy-${buffer}.cfg`);
      const bind = 'port' in front ? `127.0.0.1:${front.port}` : `unix@${front.path}`;
      const server = 'port' in back ? `127.0.0.1:${back.port}` : `unix@${back.path}`;
      writeFileSync(
        file,
        `global
  nbthread 1
  maxconn 9950
  fd-hard-limit 19990
  tune.bufsize ${buffer}
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
frontend f
  bind ${bind} backlog 4096
  default_backend b
backend b
  server s ${server}
`,
      );
      return ['haproxy', '-db', '-q', '-f', file];
    },
  };
}

const NGINX_STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';

const nginx: Peer = {
  name: 'nginx stream',
  command(front, back, folder) {
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `user root;
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log /dev/null;
load_module ${NGINX_STREAM};
events { worker_connections 20000; multi_accept on; }
worker_rlimit_nofile 20000;
stream { server {
  listen ${'port' in front ? `127.0.0.1:${front.port}` : `unix:${front.path}`} backlog=4096;
  proxy_pass ${'port' in back ? `127.0.0.1:${back.port}` : `unix:${back.path}`};
  proxy_timeout 1h; proxy_buffer_size 16k; tcp_nodelay on; proxy_half_close on;
} }
`,
    );
    return ['nginx', '-c', file, '-p', folder, '-e', '/dev/null'];
  },
};

const proxyd: Peer = {
  name: 'systemd-socket-proxyd',
  command: (front, back) => [
    'env',
    '--ignore-signal=PIPE',
    'systemd-socket-activate',
    '-l',
    'port' in front ? `127.0.0.1:${front.port}` : front.path,
    '/lib/systemd/systemd-socket-proxyd',
    '--connections-max=20000',
    'port' in back ? `127.0.0.1:${back.port}` : back.path,
  ],
};

const ncat: Peer = {
  name: 'ncat',
  forks: true,
  slow: true,
  command: (front, back) => [
    'ncat',
    '-l',
    '-k',
    ...('port' in front ? ['127.0.0.1', String(front.port)] : ['-U', front.path]),
    '-m',
    '10000',
    '--sh-exec',
    'port' in back ? `ncat 127.0.0.1 ${back.port}` : `ncat -U ${back.path}`,
  ],
};

/** Ourselves, by the launcher on PATH. */
export const SOCKBRIDGE: Peer = {
  name: 'sockbridge',
  command: (front, back) => [
    'sockbridge',
    'port' in front
      ? `tcp-l:${front.port},bind=127.0.0.1,reuseaddr,fork`
      : `unix-l:${front.path},fork,unlink-early`,
    'port' in back ? `tcp:127.0.0.1:${back.port}` : `unix:${back.path}`,
  ],
};

/** What a bare Node program does: the floor of our start. */
export const BARE_NODE: Peer = {
  name: 'node: net and pipe()',
  command: (front, back) => [
    'node',
    '-e',
    `const net = require('net');
net.createServer({ allowHalfOpen: true }, (a) => {
  const b = net.connect({ ...${JSON.stringify(back)}, allowHalfOpen: true });
  a.pipe(b).pipe(a);
  a.on('error', () => b.destroy());
  b.on('error', () => a.destroy());
}).listen({ ...${JSON.stringify(front)}, host: '127.0.0.1', backlog: 4096 });`,
  ],
};

/** The first is what ratios are to. */
const PEERS: readonly Peer[] = [
  socat('socat'),
  socat('socat -b 65536', '-b', '65536'),
  haproxy('HAProxy, 16 KiB', 16384),
  haproxy('HAProxy, 64 KiB', 65536),
  nginx,
  proxyd,
  ncat,
  BARE_NODE,
  SOCKBRIDGE,
];

/** Those that can be run here. */
export function peersHere(): { readonly here: readonly Peer[]; readonly missing: readonly string[] } {
  const there = (peer: Peer): boolean => {
    if (peer === nginx && !existsSync(NGINX_STREAM)) return false;
    const program = peer === proxyd ? '/lib/systemd/systemd-socket-proxyd' : (commandOf(peer)[0] ?? '');
    return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  };
  const here = PEERS.filter((peer) => peer === SOCKBRIDGE || there(peer));
  return { here, missing: PEERS.filter((peer) => !here.includes(peer)).map(({ name }) => name) };
}

function commandOf(peer: Peer): readonly string[] {
  return peer.command({ port: 0 }, { port: 0 }, '/tmp');
}
