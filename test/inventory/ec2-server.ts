// A server of EC2's query protocol for tests: DescribeRegions and DescribeInstances as forms over HTTP, answers in XML, the
// region taken from the signature's scope as Amazon's own endpoints do. Each region behaves as it is told.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Instance {
  readonly id: string;
  readonly name?: string;
  readonly state?: string;
  readonly address?: string;
  readonly inside?: string;
  readonly six?: string;
  readonly prefix?: string;
}

export interface Region {
  readonly instances: readonly Instance[];
  /** Instances a page, however many are asked for. */
  readonly page?: number;
  /** So many calls are answered with 503 RequestLimitExceeded before one is let through. */
  readonly throttled?: number;
  /** From this page on (0 is the first) the region behaves badly: never answers, or answers 500, or refuses the credentials. */
  readonly from?: number;
  readonly trouble?: 'hangs' | 'breaks' | 'refuses' | 'rubbish' | 'circle';
}

export interface Ec2Server {
  readonly endpoint: string;
  /** Every call: `region Action page`. */
  readonly calls: string[];
  /** What was wrong with a call: no signature, no date. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Starts one on a free port of loopback. */
export async function startEc2(regions: Readonly<Record<string, Region>>): Promise<Ec2Server> {
  const calls: string[] = [];
  const complaints: string[] = [];
  const throttled = new Map(Object.entries(regions).map(([name, { throttled: times = 0 }]) => [name, times]));

  const answer = (form: URLSearchParams, request: IncomingMessage, response: ServerResponse): void => {
    const scope = /Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\/ec2\/aws4_request/.exec(
      request.headers.authorization ?? '',
    );
    if (scope === null || request.headers['x-amz-date'] === undefined || form.get('Version') !== '2016-11-15')
      complaints.push(`${request.method} ${request.headers.authorization ?? 'without a signature'}`);
    const name = scope?.[1] ?? '';
    const action = form.get('Action') ?? '';
    const page = Number(form.get('NextToken')?.replace('page-', '') ?? 0);
    calls.push(`${name} ${action} ${page}`);
    if (action === 'DescribeRegions') {
      const items = Object.keys(regions)
        .map(
          (each) =>
            `<item><regionName>${each}</regionName><optInStatus>opt-in-not-required</optInStatus></item>`,
        )
        .join('');
      send(
        response,
        200,
        `<DescribeRegionsResponse xmlns="${NS}"><regionInfo>${items}</regionInfo></DescribeRegionsResponse>`,
      );
      return;
    }
    const region = regions[name];
    if (region === undefined || action !== 'DescribeInstances') {
      send(response, 400, problem('InvalidAction', `${action} in ${name}`));
      return;
    }
    const left = throttled.get(name) ?? 0;
    if (left > 0) {
      throttled.set(name, left - 1);
      send(response, 503, problem('RequestLimitExceeded', 'Request limit exceeded.'));
      return;
    }
    const trouble = page >= (region.from ?? 0) ? region.trouble : undefined;
    if (trouble === 'hangs') return;
    if (trouble === 'breaks') send(response, 500, problem('InternalError', 'An internal error has occurred'));
    else if (trouble === 'refuses')
      send(
        response,
        401,
        problem('AuthFailure', 'AWS was not able to validate the provided access credentials'),
      );
    else if (trouble === 'rubbish') send(response, 200, '<html>hello');
    else send(response, 200, instancesOf(name, region, page, trouble === 'circle'));
  };

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => answer(new URLSearchParams(body), request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = addressOf(server.address());
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    complaints,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const NS = 'http://ec2.amazonaws.com/doc/2016-11-15/';

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address;
}

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'Content-Type': 'text/xml;charset=UTF-8' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}

function problem(code: string, message: string): string {
  return `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>0</RequestID></Response>`;
}

function instancesOf(
  name: string,
  { instances, page: size = 1000 }: Region,
  page: number,
  circle: boolean,
): string {
  const shown = instances.slice(page * size, (page + 1) * size);
  const more = circle ? 0 : (page + 1) * size < instances.length ? page + 1 : undefined;
  const items = shown.map((instance) => itemOf(name, instance)).join('');
  const token = more === undefined ? '' : `<nextToken>page-${more}</nextToken>`;
  return `<DescribeInstancesResponse xmlns="${NS}"><requestId>0</requestId><reservationSet><item><reservationId>r-0</reservationId><ownerId>111111111111</ownerId><groupSet/><instancesSet>${items}</instancesSet></item></reservationSet>${token}</DescribeInstancesResponse>`;
}

const CODES: Readonly<Record<string, number>> = { pending: 0, running: 16, stopped: 80 };

function itemOf(region: string, instance: Instance): string {
  const { id, name, state = 'running', address, inside, six, prefix } = instance;
  const tag = (element: string, value: string | undefined): string =>
    value === undefined ? '' : `<${element}>${escaped(value)}</${element}>`;
  const association = address === undefined ? '' : `<association>${tag('publicIp', address)}</association>`;
  return [
    `<item>${tag('instanceId', id)}<instanceState><code>${CODES[state] ?? 0}</code>${tag('name', state)}</instanceState>`,
    `<placement><availabilityZone>${region}a</availabilityZone></placement><launchTime>2026-01-01T00:00:00.000Z</launchTime>`,
    tag('privateIpAddress', inside),
    tag('ipAddress', address),
    `<networkInterfaceSet><item>${tag('networkInterfaceId', `eni-${id}`)}${association}`,
    `<privateIpAddressesSet>${inside === undefined ? '' : `<item>${tag('privateIpAddress', inside)}${association}</item>`}</privateIpAddressesSet>`,
    `<ipv6AddressesSet>${six === undefined ? '' : `<item>${tag('ipv6Address', six)}</item>`}</ipv6AddressesSet>`,
    prefix === undefined ? '' : `<ipv4PrefixSet><item>${tag('ipv4Prefix', prefix)}</item></ipv4PrefixSet>`,
    '</item></networkInterfaceSet>',
    name === undefined ? '' : `<tagSet><item><key>Name</key>${tag('value', name)}</item></tagSet>`,
    '</item>',
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
