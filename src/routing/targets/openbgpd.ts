// OpenBGPD: one bgpd.conf, and a unit that puts the discard routes into the kernel, which the daemon has no word for. It
// denies what no rule allows, in both directions.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { diagnose } from '../faults.ts';
import type { Session, Speaker } from '../speaker.ts';
import { kernelSettings } from './kernel.ts';
import { madeHere, writeRules, writeSets } from './openbgpd-policy.ts';
import { remark, unwritablePasswords } from './quotes.ts';
import { ROLE_WORDS } from './roles.ts';
import { compareVersions, formatVersion, type RoutingTarget, type Version } from './version.ts';

const OLDEST: Version = { major: 7, minor: 7 };
const BEYOND: Version = { major: 9, minor: 0 };
/** From here on the role is a word of its own, and whether it is announced another (OpenBGPD 7.8). */
const ROLES: Version = { major: 7, minor: 8 };
/** From here on the versions of RTR that are spoken can be chosen. */
const RTR_VERSIONS: Version = { major: 8, minor: 5 };
/** Debian's packages reach the kernel's table from 8 on. */
const FIB: Version = { major: 8, minor: 0 };

export const openbgpd: RoutingTarget = {
  name: 'openbgpd',
  summary: 'OpenBGPD 7.7 to 8: one bgpd.conf',
  usual: OLDEST,
  versions: '7.7 to 8',
  supports: (version) => compareVersions(version, OLDEST) >= 0 && compareVersions(version, BEYOND) < 0,
  refuse,
  emit,
};

function refuse(speaker: Speaker, version: Version): readonly Diagnostic[] {
  const found = speaker.sessions.flatMap(({ bfd, address, span, keepalive, hold, role }) => {
    const each: Diagnostic[] = [];
    if (role === 'ibgp') return each;
    if (bfd !== undefined) {
      each.push(
        diagnose('BGP109', bfd.span, `OpenBGPD has no BFD for ${address.toString()}`, {
          hint: 'shorter timers notice a silent loss in three keepalives',
        }),
      );
    }
    if (keepalive !== Math.floor(hold / 3)) {
      each.push(
        diagnose(
          'BGP110',
          span,
          `OpenBGPD sends keepalives each ${Math.floor(hold / 3)} s with hold ${hold}, not each ${keepalive} s`,
        ),
      );
    }
    return each;
  });
  found.push(...unwritablePasswords(speaker, 'OpenBGPD'));
  if (speaker.damping !== undefined) {
    found.push(diagnose('BGP114', speaker.damping.span, 'OpenBGPD does not damp routes that come and go'));
  }
  if (speaker.multipath !== undefined) {
    found.push(diagnose('BGP115', speaker.multipath.span, 'OpenBGPD uses one way at a time'));
  }
  if (speaker.interior.igp === 'ospf') {
    found.push(
      diagnose('BGP116', speaker.interior.span, 'OpenBGPD does not speak OSPF', {
        hint: 'say igp: static, or run another daemon for it',
      }),
    );
  }
  if (compareVersions(version, FIB) < 0) {
    found.push(
      diagnose(
        'BGP111',
        speaker.span,
        `OpenBGPD ${formatVersion(version)} for Linux puts no route into the kernel`,
        { hint: 'use 8.0 or newer where packets are to follow the routes' },
      ),
    );
  }
  return found;
}

function emit(speaker: Speaker, version: Version): readonly Artifact[] {
  const artifacts: Artifact[] = [
    {
      path: '/etc/bgpd.conf',
      mode: 0o600,
      text: configuration(speaker, version),
      verify: ['bgpd', '-n', '-f', '{}'],
      load: ['systemctl', 'reload', 'openbgpd'],
    },
  ];
  if (speaker.prefixes.length + speaker.interior.ways.length > 0) {
    artifacts.push({
      path: '/etc/systemd/system/bgp-pull-up.service',
      mode: 0o644,
      text: pullUps(speaker),
      verify: ['systemd-analyze', 'verify', '{}'],
      load: ['systemctl', 'enable', '--now', 'bgp-pull-up.service'],
    });
  }
  artifacts.push(kernelSettings(speaker));
  return artifacts;
}

/** R3: whatever happens to the interfaces behind them, the unused parts of our prefixes loop nowhere. */
function pullUps(speaker: Speaker): string {
  const out = new Writer();
  out.line('[Unit]', `Description=Discard routes of ${speaker.name}`, 'Before=openbgpd.service', '');
  out.line('[Service]', 'Type=oneshot', 'RemainAfterExit=yes');
  for (const prefix of speaker.prefixes) {
    // The last metric there is: any other route for the prefix is better.
    const route = `-${prefix.family} route`;
    out.line(
      `ExecStart=/sbin/ip ${route} replace blackhole ${prefix.toString()} metric 4294967295`,
      `ExecStop=/sbin/ip ${route} del blackhole ${prefix.toString()} metric 4294967295`,
    );
  }
  for (const { to, via } of speaker.interior.ways) {
    out.line(
      `ExecStart=/sbin/ip -${to.family} route replace ${to.toString()} via ${via.toString()}`,
      `ExecStop=/sbin/ip -${to.family} route del ${to.toString()} via ${via.toString()}`,
    );
  }
  out.line('', '[Install]', 'WantedBy=multi-user.target');
  return out.text();
}

function configuration(speaker: Speaker, version: Version): string {
  const out = new Writer('\t');
  out.line(`# ${speaker.name}, AS ${speaker.as.toString()}, for OpenBGPD ${formatVersion(version)}.`);
  out.line('# Made by bgpgen from the site file: change that, and make this anew.');
  out.line(`AS ${speaker.as.value}`, `router-id ${speaker.id.toString()}`, 'fib-update yes');
  out.line('connect-retry 10', '# AS_SETs are refused (RFC 9774)', 'reject as-set yes', '');
  validators(out, speaker, version);
  writeSets(out, speaker.policy);
  out.line('# our prefixes, with a mark that nobody else can set: what comes in has it taken off');
  for (const prefix of speaker.prefixes)
    out.line(`network ${prefix.toString()} set large-community ${madeHere(speaker.as)}`);
  out.line('');
  for (const session of speaker.sessions) neighbor(out, session, speaker, version);
  out.line(
    '# what no rule allows is denied, in both directions (RFC 8212)',
    'deny from any',
    'deny to any',
    '',
  );
  for (const session of speaker.sessions) writeRules(out, session, speaker);
  return out.text();
}

/** Caches of validated ROAs (RFC 8210). */
function validators(out: Writer, speaker: Speaker, version: Version): void {
  if (speaker.validators.length === 0) return;
  out.line('# who says which network may announce a prefix (RFC 6811)');
  for (const { address, port } of speaker.validators) {
    out.line(`rtr ${address.toString()} {`).indent(() => {
      out.line(`port ${port}`);
      // Version 2 of the protocol is a draft that not every cache speaks; 0 is what all do.
      if (compareVersions(version, RTR_VERSIONS) >= 0) out.line('min-version 0');
    });
    out.line('}');
  }
  out.line('');
}

/** Each property on a line of its own: the grammar wants line ends inside of the braces. */
function neighbor(out: Writer, session: Session, speaker: Speaker, version: Version): void {
  out.line(`neighbor ${session.address.toString()} {`).indent(() => {
    out.line(`remote-as ${session.as.value}`, `descr ${remark(session.description)}`);
    if (session.source !== undefined) out.line(`local-address ${session.source.toString()}`);
    if (session.hops > 1) out.line(`multihop ${session.hops}`);
    if (session.gtsm !== undefined) out.line('ttl-security yes');
    if (session.password !== undefined) out.line(`tcp md5sig password "${session.password}"`);
    out.line(`holdtime ${session.hold}`);
    out.line(`announce IPv${session.family} unicast`, `announce IPv${session.family === 4 ? 6 : 4} none`);
    const role = ROLE_WORDS[session.role];
    if (role !== undefined) {
      // A route server does not put itself into the path (RFC 7947 section 2.2.2).
      out.line(`enforce neighbor-as ${session.role === 'route-server' ? 'no' : 'yes'}`);
      out.line('# RFC 9234: what a provider marked as for customers only goes to no other');
      if (compareVersions(version, ROLES) < 0) out.line(`announce policy ${role}`);
      else out.line(`role ${role}`, 'announce policy yes');
    } else out.line('set nexthop self');
    if (session.maintenance === 'down') out.line('down "maintenance"');
    if (speaker.gracefulRestart === 'off') {
      out.line('# nobody else can forward for us while we restart: neighbours must not keep our routes');
      out.line('announce restart no');
    }
    if (session.maxReceived !== undefined) out.line(`max-prefix ${session.maxReceived}`);
    if (session.maxSent !== undefined) out.line(`max-prefix ${session.maxSent} out`);
  });
  out.line('}', '');
}
