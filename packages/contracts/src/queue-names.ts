/** The queues of the fleet. Public interface: dashboards and operators know them by these names (I12). */
export const queueNames = { crawl: 'crawl', results: 'results', reports: 'reports', filters: 'filters' } as const;

export type QueueName = (typeof queueNames)[keyof typeof queueNames];
