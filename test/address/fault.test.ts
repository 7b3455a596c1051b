import t from 'tap';
import { AddressError, AddressFault, orThrow } from '../../src/address/fault.ts';

t.test('a fault says what, where and why, and parse throws it', async (t) => {
  const fault = new AddressFault('10.0.0.256', 7, 'octet 4 is over 255');
  t.equal(String(fault), '10.0.0.256: octet 4 is over 255 (at offset 7)');
  t.throws(() => orThrow(fault), AddressError);
  t.equal(orThrow(5), 5);
});
