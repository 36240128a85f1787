import type { CampaignSettings } from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';
import { ensureSightingPartitions } from './ensure-sighting-partitions.ts';
import { type InsertOptions, type InsertReport, insertPages } from './insert-pages.ts';
import { lockCampaign } from './lock-campaign.ts';
import { recordAudit } from './record-audit.ts';
import type { Transaction } from './store.ts';

export interface CreateCampaign extends InsertOptions {
  settings: CampaignSettings;
  seeds: readonly OfferedPage[];
  actor: string;
}

/** Makes an active campaign with its seeds, and the audit event of it. */
export async function createCampaign(tx: Transaction, create: CreateCampaign): Promise<InsertReport & { id: string }> {
  const { settings, seeds, actor, now } = create;
  const { rows } = await tx.query<{ id: string }>(
    'insert into campaigns (name, purpose, settings, created_at) values ($1, $2, $3, $4) returning id',
    [settings.name, settings.purpose, JSON.stringify(settings), now],
  );
  const campaign = await lockCampaign(tx, rows[0]?.id ?? '');
  await ensureSightingPartitions(tx, { now });
  const report = await insertPages(tx, campaign, seeds, create);
  await recordAudit(tx, [
    {
      at: now,
      actor,
      action: 'campaign.created',
      campaignId: campaign.id,
      details: { ...report, seeds: seeds.length },
    },
  ]);
  return { id: campaign.id, ...report };
}
