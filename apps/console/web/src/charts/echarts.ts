import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only what is drawn here: the whole of ECharts is three times as large.
use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export { type EChartsCoreOption, init } from 'echarts/core';
