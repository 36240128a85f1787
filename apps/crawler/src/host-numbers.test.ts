import { expect, it } from 'vitest';
import { createHostNumbers } from './host-numbers.ts';

it('what pages had is added up, and forgotten of the hosts that were not met for longest', () => {
  const numbers = createHostNumbers({ mostHosts: 2 });
  numbers.learn('1', 'http://a.test/', { GB: 1 });
  numbers.learn('1', 'http://b.test/', { DE: 1 });
  numbers.learn('1', 'http://a.test/contact', { GB: 2, FR: 1 });
  numbers.learn('1', 'http://c.test/', { IT: 1 });
  numbers.learn('1', 'http://c.test/', {});
  expect(numbers.of('1', 'http://a.test/about')).toEqual({ GB: 3, FR: 1 });
  expect(numbers.of('1', 'http://b.test/')).toEqual({});
  expect(numbers.of('2', 'http://a.test/')).toEqual({});
});
