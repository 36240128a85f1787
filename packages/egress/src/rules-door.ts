// What the trusted zone may import too: rules about hosts and URLs. What opens a connection is in `index.ts`.
export { type EgressHosts, parseEgressHosts } from './address/egress-hosts.ts';
export { registrableDomain, sameOrigin } from './address/site.ts';
export { isAllowed } from './robots/is-allowed.ts';
