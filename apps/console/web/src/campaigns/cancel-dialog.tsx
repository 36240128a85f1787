import type { CampaignStatus } from '@numfleet/contracts';
import { useEffect, useId, useRef } from 'react';
import { showNumberOf } from '../parts/show-count.ts';

/** Asks before what cannot be undone. Escape keeps the campaign, and so does the button that has the focus. */
export function CancelDialog(props: { campaign: CampaignStatus; onKeep: () => void; onCancel: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const { name, pages } = props.campaign;
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={props.onKeep}>
      <h3 id={id}>Cancel “{name}”?</h3>
      <p>
        {showNumberOf(pages.queued, 'queued page')} will not be fetched. What was found stays. A cancelled campaign
        cannot be resumed.
      </p>
      <div className="actions">
        <button type="button" onClick={props.onKeep}>
          Keep it
        </button>
        <button type="button" className="grave" onClick={props.onCancel}>
          Cancel the campaign
        </button>
      </div>
    </dialog>
  );
}
