import { createRoot } from 'react-dom/client';
import { Dashboard } from './dashboard.tsx';
import { createFleetPoll } from './fleet/poll-fleet.ts';
import { refuseMarkup } from './trusted-types.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/top.css';
import './styles/board.css';
import './styles/chips.css';
import './styles/charts.css';
import './styles/tables.css';
import './styles/campaigns.css';

refuseMarkup();
const place = document.getElementById('dashboard');
if (place === null) throw new Error('index.html has no #dashboard');
createRoot(place).render(<Dashboard poll={createFleetPoll()} />);
