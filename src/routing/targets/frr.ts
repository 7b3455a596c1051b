// FRR: one integrated frr.conf, the list of daemons to start, vtysh's own file, kernel settings. Every default that the
// configuration stands on is written out, because it differs between versions or hangs on `frr defaults`.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { diagnose } from '../faults.ts';
import type { Session, Speaker } from '../speaker.ts';
import { kernelSettings } from './kernel.ts';
import { compareVersions, formatVersion, type RoutingTarget, type Version } from './version.ts';
import { type Dialect, writePolicy } from './vty.ts';

const DIALECT: Dialect = {
  lists: 'bgp',
  numbered: true,
  large: true,
  nextHop6: true,
  setsByList: false,
  exits: true,
};

const OLDEST: Version = { major: 8, minor: 4 };
const BEYOND: Version = { major: 11, minor: 0 };

/** Administrative distance of a pull-up route: any other route for the prefix is better (255 would never be used). */
const PULL_UP_DISTANCE = 254;

/** The daemons of Debian's package, in its order. zebra and staticd are always started. */
const DAEMONS = [
  'bgpd',
  'ospfd',
  'ospf6d',
  'ripd',
  'ripngd',
  'isisd',
  'pimd',
  'ldpd',
  'nhrpd',
  'eigrpd',
  'babeld',
  'sharpd',
  'pbrd',
  'bfdd',
  'fabricd',
  'vrrpd',
  'pathd',
] as const;

const BFD_PROFILE = 'penstock';

export const frr: RoutingTarget = {
  name: 'frr',
  summary: 'FRR 8.4 to 10: one integrated frr.conf',
  usual: OLDEST,
  versions: '8.4 to 10',
  supports: (version) => compareVersions(version, OLDEST) >= 0 && compareVersions(version, BEYOND) < 0,
  refuse,
  emit,
};

/** GTSM makes FRR speak multihop BFD (RFC 5883), which a neighbour with single-hop BFD (RFC 5881) never answers. */
function refuse(speaker: Speaker): readonly Diagnostic[] {
  return speaker.sessions.flatMap((session) =>
    session.gtsm === undefined || session.bfd === undefined
      ? []
      : [
          diagnose(
            'BGP101',
            session.bfd.span,
            `FRR can't have BFD and GTSM with ${session.address.toString()}`,
            {
              hint: 'leave out bfd or gtsm',
              related: [{ span: session.gtsm.span, message: 'GTSM is asked for here' }],
            },
          ),
        ],
  );
}

function emit(speaker: Speaker, version: Version): readonly Artifact[] {
  const owner = 'frr:frr';
  return [
    { path: '/etc/frr/daemons', mode: 0o640, owner, text: daemons(speaker) },
    {
      path: '/etc/frr/frr.conf',
      mode: 0o640,
      owner,
      text: configuration(speaker, version),
      // Syntax only: what is referred to and not there, it does not see.
      verify: ['vtysh', '-C', '-f', '{}'],
      load: ['systemctl', 'reload', 'frr'],
    },
    { path: '/etc/frr/vtysh.conf', mode: 0o640, owner: 'frr:frrvty', text: vtysh(speaker) },
    kernelSettings(speaker),
  ];
}

function daemons(speaker: Speaker): string {
  const wanted = new Set<string>(['bgpd']);
  if (usesBfd(speaker)) wanted.add('bfdd');
  const out = new Writer();
  out.line(`# ${speaker.name}: which daemons FRR starts. zebra and staticd always run.`);
  for (const name of DAEMONS) out.line(`${name}=${wanted.has(name) ? 'yes' : 'no'}`);
  out.line('', '# The configuration is one file, which vtysh hands out.', 'vtysh_enable=yes', '');
  out.line('# The daemons can be reached from this machine only.');
  for (const name of ['zebra', 'staticd', ...wanted]) out.line(`${name}_options="-A 127.0.0.1"`);
  return out.text();
}

function vtysh(speaker: Speaker): string {
  return new Writer()
    .line(`! ${speaker.name}: one configuration file for all daemons, /etc/frr/frr.conf`)
    .line('service integrated-vtysh-config')
    .text();
}

function configuration(speaker: Speaker, version: Version): string {
  const out = new Writer();
  out.line(`! ${speaker.name}, AS ${speaker.as.toString()}, for FRR ${formatVersion(version)}.`);
  out.line('! Made by bgpgen from the site file: change that, and make this anew.');
  out.line('frr defaults traditional');
  out.line(`hostname ${speaker.name}`, 'log syslog informational');
  out.line('ip forwarding', 'ipv6 forwarding', '!');
  pullUps(out, speaker);
  writePolicy(out, speaker.policy, DIALECT);
  if (usesBfd(speaker)) bfd(out);
  router(out, speaker);
  return out.text();
}

/** R3: the prefix stays announced whatever happens to the interfaces behind it, and its unused parts loop nowhere. */
function pullUps(out: Writer, speaker: Speaker): void {
  out.line('! pull-up routes: our prefixes are there as long as this router is');
  for (const prefix of speaker.prefixes) {
    const word = prefix.family === 4 ? 'ip' : 'ipv6';
    out.line(`${word} route ${prefix.toString()} blackhole ${PULL_UP_DISTANCE}`);
  }
  out.line('!');
}

/** RFC 5880: lost after three intervals of 300 ms, which every implementation can keep up. */
function bfd(out: Writer): void {
  out.line('bfd').indent(() => {
    out.line(`profile ${BFD_PROFILE}`).indent(() => {
      out.line('detect-multiplier 3', 'receive-interval 300', 'transmit-interval 300');
    });
    out.line('exit');
  });
  out.line('exit', '!');
}

function router(out: Writer, speaker: Speaker): void {
  out.line(`router bgp ${speaker.as.toString()}`).indent(() => {
    out.line(`bgp router-id ${speaker.id.toString()}`, 'bgp log-neighbor-changes');
    out.line('! a session carries what it is told to, and nothing without a policy (RFC 8212)');
    out.line('no bgp default ipv4-unicast', 'bgp ebgp-requires-policy');
    out.line('! a prefix without a route behind it is not announced', 'bgp network import-check');
    out.line('! a dead link ends its sessions at once', 'bgp fast-external-failover');
    out.line('! AS_SETs are refused (RFC 9774)', 'bgp reject-as-sets');
    if (speaker.gracefulRestart === 'off') {
      out.line('! nobody else can forward for us while we restart: neighbours must not keep our routes');
      out.line('bgp graceful-restart-disable');
    }
    for (const session of speaker.sessions) neighbor(out, session, speaker);
    for (const family of [4, 6] as const) {
      const sessions = speaker.sessions.filter((session) => session.family === family);
      const prefixes = speaker.prefixes.filter((prefix) => prefix.family === family);
      if (sessions.length + prefixes.length === 0) continue;
      out.line('!', `address-family ipv${family} unicast`).indent(() => {
        for (const prefix of prefixes) out.line(`network ${prefix.toString()}`);
        for (const session of sessions) familyLines(out, session);
      });
      out.line('exit-address-family');
    }
  });
  out.line('exit', '!');
}

function neighbor(out: Writer, session: Session, speaker: Speaker): void {
  const name = `neighbor ${session.address.toString()}`;
  out.line('!', `${name} remote-as ${session.as.toString()}`, `${name} description ${session.description}`);
  if (session.password !== undefined) out.line(`${name} password ${session.password}`);
  if (session.source !== undefined) out.line(`${name} update-source ${session.source.toString()}`);
  if (session.gtsm !== undefined) out.line(`${name} ttl-security hops ${session.hops}`);
  else if (session.hops > 1) out.line(`${name} ebgp-multihop ${session.hops}`);
  if (session.bfd !== undefined) out.line(`${name} bfd profile ${BFD_PROFILE}`);
  out.line(`${name} timers ${session.keepalive} ${session.hold}`, `${name} timers connect 10`);
  out.line(`${name} enforce-first-as`);
  // RFC 9234: towards a provider we are its customer, and what it marked as for customers only goes to no other.
  out.line(`${name} local-role customer`);
  if (speaker.gracefulRestart === 'helper') out.line(`${name} graceful-restart-helper`);
}

/** The lists beside the maps say the same once more: with any one line lost, nothing that isn't ours goes out. */
function familyLines(out: Writer, session: Session): void {
  const name = `neighbor ${session.address.toString()}`;
  out.line(
    `${name} route-map ${session.inMap} in`,
    `${name} route-map ${session.outMap} out`,
    `${name} prefix-list ${session.outPrefixes} out`,
    `${name} filter-list ${session.outPaths} out`,
    // force: what the filters refuse counts too, or a provider's leaked table would not trip the limit. FRR counts only
    // what it keeps, which is what soft-reconfiguration is for, and looks at the count when a route is accepted.
    `${name} soft-reconfiguration inbound`,
    `${name} maximum-prefix ${session.maxReceived} 90 force`,
    `${name} maximum-prefix-out ${session.maxSent}`,
    // Last: a neighbour that calls while this is read must find all of it in place.
    `${name} activate`,
  );
}

function usesBfd(speaker: Speaker): boolean {
  return speaker.sessions.some(({ bfd: asked }) => asked !== undefined);
}
