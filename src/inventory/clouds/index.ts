// Every source there is, one file each. A list, no logic; the order is that in which they are asked whether they
// recognise a document.

import { ansible } from './ansible.ts';
import { aws } from './aws.ts';
import { awsRanges } from './aws-ranges.ts';
import { azure } from './azure.ts';
import { azureRanges } from './azure-ranges.ts';
import { cidrList } from './cidr-list.ts';
import type { Cloud } from './cloud.ts';
import { cloudflareRanges } from './cloudflare-ranges.ts';
import { consul } from './consul.ts';
import { digitalocean } from './digitalocean.ts';
import { ec2Legacy } from './ec2-legacy.ts';
import { fastlyRanges } from './fastly-ranges.ts';
import { gcp } from './gcp.ts';
import { gcpRanges } from './gcp-ranges.ts';
import { geofeed } from './geofeed.ts';
import { githubRanges } from './github-ranges.ts';
import { hcloud } from './hcloud.ts';
import { kubernetes } from './kubernetes.ts';
import { linode } from './linode.ts';
import { openstack } from './openstack.ts';
import { oracleRanges } from './oracle-ranges.ts';
import { terraform } from './terraform.ts';
import { vultr } from './vultr.ts';

export const clouds: readonly Cloud[] = [
  aws,
  ec2Legacy,
  gcp,
  azure,
  hcloud,
  digitalocean,
  openstack,
  linode,
  vultr,
  kubernetes,
  terraform,
  ansible,
  consul,
  awsRanges,
  gcpRanges,
  azureRanges,
  githubRanges,
  oracleRanges,
  fastlyRanges,
  cloudflareRanges,
  geofeed,
  cidrList,
];
