// BIRD: one bird.conf. Filters are functions of the configuration itself, so that each condition for a route to go out
// stands in one expression: with any line lost, either the file no longer parses or nothing goes out.

import type { Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { diagnose } from '../faults.ts';
import type { Session, Speaker } from '../speaker.ts';
import { type BirdDialect, quoted, roaTable, writePolicy } from './bird-policy.ts';
import { kernelSettings } from './kernel.ts';
import { remark, unwritablePasswords } from './quotes.ts';
import { ROLE_WORDS } from './roles.ts';
import { compareVersions, formatVersion, type RoutingTarget, type Version } from './version.ts';

const OLDEST: Version = { major: 2, minor: 0 };
const BEYOND: Version = { major: 4, minor: 0 };

/**
 * The preference of a pull-up route: above what is learned by BGP, which another router of the site may send as well,
 * and below what an inner routing protocol knows (OSPF has 150, an interface 240).
 */
const PULL_UP_PREFERENCE = 110;

export const bird: RoutingTarget = {
  name: 'bird',
  summary: 'BIRD 2.0 to 3: one bird.conf',
  usual: OLDEST,
  versions: '2.0 to 3',
  supports: (version) => compareVersions(version, OLDEST) >= 0 && compareVersions(version, BEYOND) < 0,
  refuse,
  emit,
};

/** Functions tell what they return from 2.14 on; 2.17 and 3.1 say so where they do not. */
function dialectOf(version: Version): BirdDialect {
  return { typed: version.major > 2 || version.minor >= 14 };
}

/** From 2.17 and 3.1 on, the kind of authentication is named beside the password. */
function namesAuthentication({ major, minor }: Version): boolean {
  return (major === 2 && minor >= 17) || (major === 3 && minor >= 1) || major > 3;
}

function refuse(speaker: Speaker): readonly Diagnostic[] {
  const found = unwritablePasswords(speaker, 'BIRD');
  if (speaker.damping !== undefined) {
    found.push(diagnose('BGP114', speaker.damping.span, 'BIRD does not damp routes that come and go'));
  }
  return found;
}

function emit(speaker: Speaker, version: Version): readonly Artifact[] {
  return [
    {
      path: '/etc/bird/bird.conf',
      mode: 0o640,
      owner: 'bird:bird',
      text: configuration(speaker, version),
      verify: ['bird', '-p', '-c', '{}'],
      load: ['systemctl', 'reload', 'bird'],
    },
    kernelSettings(speaker),
  ];
}

function configuration(speaker: Speaker, version: Version): string {
  const out = new Writer('  ');
  out.line(`# ${speaker.name}, AS ${speaker.as.toString()}, for BIRD ${formatVersion(version)}.`);
  out.line('# Made by bgpgen from the site file: change that, and make this anew.');
  out.line('log syslog all;', `router id ${speaker.id.toString()};`, '');
  out.line('protocol device { scan time 10; }', '');
  for (const family of [4, 6] as const) tables(out, speaker, family);
  validators(out, speaker);
  interior(out, speaker);
  writePolicy(out, speaker.policy, dialectOf(version));
  if (speaker.sessions.some(({ bfd }) => bfd !== undefined)) {
    out.line('# lost after three intervals of 300 ms (RFC 5880)');
    out.line('protocol bfd { interface "*" { interval 300 ms; multiplier 3; }; }', '');
  }
  const names = new Map<string, number>();
  for (const session of speaker.sessions) neighbor(out, session, speaker, version, names);
  return out.text();
}

/** The kernel's table, and the routes that are ours. */
function tables(out: Writer, speaker: Speaker, family: Family): void {
  out.line(`protocol kernel kernel${family} {`).indent(() => {
    out.line('# what BIRD knows goes into the kernel, and nothing back');
    out.line(`ipv${family} { import none; export all; };`, 'learn off;');
    if (speaker.multipath !== undefined) {
      out.line('# equally good ways are used at once', `merge paths on limit ${speaker.multipath.ways};`);
    }
  });
  out.line('}', '');
  const own = speaker.prefixes.filter((prefix) => prefix.family === family);
  out.line(
    '# R3, pull-up routes: our prefixes are there as long as this router is, and their unused parts loop nowhere',
  );
  out.line(`protocol static own${family} {`).indent(() => {
    out.line(`ipv${family} { import all; export none; preference ${PULL_UP_PREFERENCE}; };`);
    for (const prefix of own) out.line(`route ${prefix.toString()} blackhole;`);
  });
  out.line('}', '');
}

/** Caches of validated ROAs (RFC 8210), with the times that it suggests. */
function validators(out: Writer, speaker: Speaker): void {
  if (speaker.validators.length === 0) return;
  out.line('# who says which network may announce a prefix (RFC 6811)');
  for (const family of [4, 6] as const) out.line(`roa${family} table ${roaTable(family)};`);
  for (const [index, { address, port }] of speaker.validators.entries()) {
    out.line(`protocol rpki cache${index + 1} {`).indent(() => {
      for (const family of [4, 6] as const) out.line(`roa${family} { table ${roaTable(family)}; };`);
      out.line(`remote ${address.toString()} port ${port};`);
      out.line('refresh keep 3600;', 'retry keep 600;', 'expire keep 7200;');
    });
    out.line('}');
  }
  out.line('');
}

/** Between our own routers: OSPF for both families, or static routes to their loopbacks. */
function interior(out: Writer, { interior: { igp, links, loopbacks, ways } }: Speaker): void {
  for (const family of [4, 6] as const) {
    const known = ways.filter(({ to }) => to.family === family);
    if (known.length > 0) {
      out.line('# our other routers', `protocol static inner${family} {`).indent(() => {
        out.line(`ipv${family} { import all; export none; };`);
        for (const { to, via } of known) out.line(`route ${to.toString()} via ${via.toString()};`);
      });
      out.line('}', '');
    }
    if (igp !== 'ospf') continue;
    out
      .line('# between our own routers', `protocol ospf v${family === 4 ? 2 : 3} ospf${family} {`)
      .indent(() => {
        out.line(`ipv${family} { import all; export none; };`);
        out.line('area 0 {').indent(() => {
          for (const link of links) {
            if (!link.prefixes.some((prefix) => prefix.family === family)) continue;
            out.line(`interface "${link.interface}"${link.pair ? ' { type ptp; }' : ''};`);
          }
          if (loopbacks.some((address) => address.family === family))
            out.line('interface "lo" { stub on; };');
        });
        out.line('};');
      });
    out.line('}', '');
  }
}

function neighbor(
  out: Writer,
  session: Session,
  speaker: Speaker,
  version: Version,
  names: Map<string, number>,
): void {
  const base = `${session.neighbor}-v${session.family}`;
  const count = (names.get(base) ?? 0) + 1;
  names.set(base, count);
  out.line(`protocol bgp ${quoted(count === 1 ? base : `${base}-${count}`)} {`).indent(() => {
    out.line(`description ${remark(session.description)};`);
    out.line(
      `local${session.source === undefined ? '' : ` ${session.source.toString()}`} as ${speaker.as.value};`,
    );
    out.line(`neighbor ${session.address.toString()} as ${session.as.value};`);
    if (session.role === 'ibgp') out.line('multihop;');
    else if (session.hops > 1) out.line(`multihop ${session.hops};`);
    else out.line('direct;', '# a dead link ends the session at once', 'check link on;');
    if (session.gtsm !== undefined) out.line('ttl security on;');
    if (session.password !== undefined) {
      if (namesAuthentication(version)) out.line('authentication md5;');
      out.line(`password "${session.password}";`);
    }
    if (session.bfd !== undefined) out.line('bfd on;');
    out.line(`hold time ${session.hold};`, `keepalive time ${session.keepalive};`);
    out.line('connect delay time 1;', 'connect retry time 10;', 'error wait time 5, 60;');
    const role = ROLE_WORDS[session.role];
    if (role !== undefined) {
      // A route server does not put itself into the path (RFC 7947 section 2.2.2).
      out.line(`enforce first as ${session.role === 'route-server' ? 'off' : 'on'};`);
      out.line('# RFC 9234: what a provider marked as for customers only goes to no other');
      out.line(`local role ${role.replace('-', '_')};`);
    }
    if (session.maintenance === 'down') out.line('disabled;');
    if (speaker.gracefulRestart === 'off') {
      out.line('# nobody else can forward for us while we restart: neighbours must not keep our routes');
      out.line('graceful restart off;');
    } else out.line(`graceful restart ${speaker.gracefulRestart === 'on' ? 'on' : 'aware'};`);
    out.line('long lived graceful restart off;');
    out.line(`ipv${session.family} {`).indent(() => {
      out.line(`import filter ${quoted(session.inMap)};`, `export filter ${quoted(session.outMap)};`);
      if (session.role === 'ibgp') out.line('next hop self on;');
      // Without it, a change of ROAs would have to ask the neighbour for all routes again.
      if (speaker.validators.length > 0) out.line('import table on;');
      if (session.maxReceived !== undefined) {
        out.line('# what the filters refuse counts too');
        out.line(`receive limit ${session.maxReceived} action disable;`);
      }
      if (session.maxSent !== undefined) out.line(`export limit ${session.maxSent} action block;`);
    });
    out.line('};');
  });
  out.line('}', '');
}
