import { fleetView } from '@numfleet/contracts';
import type { FleetWatch } from '../fleet/watch-fleet.ts';
import { type ApiRoute, valueRoute } from './route.ts';

export function fleetRoutes(fleet: FleetWatch): ApiRoute[] {
  return [
    valueRoute({
      method: 'GET',
      path: '/fleet',
      summary: 'All that the dashboard shows, at most a second old; its numbers are masked.',
      body: null,
      answer: fleetView,
      handle: () => fleet.view(),
    }),
  ];
}
