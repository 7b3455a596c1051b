// Terraform's resource types that are machines, and the attributes in which their providers keep addresses: one table. How
// a state is walked stands in terraform.ts.

import type { Reads } from '../harvest.ts';

/** An attribute with one address or a list of them; `a.b` is b of the blocks at a. */
type Row = readonly [attribute: string, reads: Reads];

const OUTSIDE = { scope: 'public' } as const;
const INSIDE = { scope: 'private' } as const;
const OWN = {} as const;
const BLOCK = { prefix: true } as const;

/** What is known of a type. */
export interface MachineType {
  readonly addresses: readonly Row[];
  /** The attribute that says in which state the machine is; absent where the provider keeps none. */
  readonly state?: string;
  /** The attribute that says where it is. */
  readonly region?: string;
  readonly name?: string;
}

const AWS: MachineType = {
  addresses: [
    ['public_ip', OUTSIDE],
    ['private_ip', INSIDE],
    ['secondary_private_ips', INSIDE],
    ['ipv6_addresses', OWN],
  ],
  state: 'instance_state',
  region: 'availability_zone',
};

const AZURE: MachineType = {
  addresses: [
    ['public_ip_address', OUTSIDE],
    ['public_ip_addresses', OUTSIDE],
    ['private_ip_address', INSIDE],
    ['private_ip_addresses', INSIDE],
  ],
  region: 'location',
  name: 'name',
};

export const MACHINES: Readonly<Record<string, MachineType>> = {
  aws_instance: AWS,
  aws_spot_instance_request: AWS,
  aws_lightsail_instance: {
    addresses: [
      ['public_ip_address', OUTSIDE],
      ['private_ip_address', INSIDE],
      ['ipv6_addresses', OWN],
    ],
    region: 'availability_zone',
    name: 'name',
  },
  azurerm_linux_virtual_machine: AZURE,
  azurerm_windows_virtual_machine: AZURE,
  digitalocean_droplet: {
    addresses: [
      ['ipv4_address', OUTSIDE],
      ['ipv4_address_private', INSIDE],
      ['ipv6_address', OWN],
    ],
    state: 'status',
    region: 'region',
    name: 'name',
  },
  exoscale_compute_instance: {
    addresses: [
      ['public_ip_address', OUTSIDE],
      ['ipv6_address', OWN],
    ],
    state: 'state',
    region: 'zone',
    name: 'name',
  },
  google_compute_instance: {
    addresses: [
      ['network_interface.network_ip', INSIDE],
      ['network_interface.access_config.nat_ip', OUTSIDE],
      ['network_interface.ipv6_address', OWN],
      ['network_interface.ipv6_access_config.external_ipv6', OWN],
      ['network_interface.alias_ip_range.ip_cidr_range', { prefix: true, scope: 'private' }],
    ],
    state: 'current_status',
    region: 'zone',
    name: 'name',
  },
  hcloud_server: {
    addresses: [
      ['ipv4_address', OUTSIDE],
      ['ipv6_network', BLOCK],
      ['ipv6_address', OWN],
      ['network.ip', INSIDE],
      ['network.alias_ips', INSIDE],
    ],
    state: 'status',
    region: 'location',
    name: 'name',
  },
  linode_instance: {
    addresses: [
      ['ip_address', OUTSIDE],
      ['ipv4', OWN],
      ['private_ip_address', INSIDE],
      ['ipv6', OWN],
    ],
    state: 'status',
    region: 'region',
    name: 'label',
  },
  oci_core_instance: {
    addresses: [
      ['public_ip', OUTSIDE],
      ['private_ip', INSIDE],
    ],
    state: 'state',
    region: 'region',
    name: 'display_name',
  },
  openstack_compute_instance_v2: {
    addresses: [
      ['access_ip_v4', OWN],
      ['access_ip_v6', OWN],
      ['network.fixed_ip_v4', OWN],
      ['network.fixed_ip_v6', OWN],
      ['network.floating_ip', OUTSIDE],
    ],
    state: 'power_state',
    region: 'region',
    name: 'name',
  },
  scaleway_instance_server: {
    addresses: [
      ['public_ip', OUTSIDE],
      ['public_ips.address', OUTSIDE],
      ['private_ip', INSIDE],
    ],
    state: 'state',
    region: 'zone',
    name: 'name',
  },
  vultr_instance: {
    addresses: [
      ['main_ip', OUTSIDE],
      ['internal_ip', INSIDE],
      ['v6_main_ip', OWN],
    ],
    state: 'power_status',
    region: 'region',
    name: 'label',
  },
};
