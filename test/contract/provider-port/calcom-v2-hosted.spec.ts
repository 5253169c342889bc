import { HOSTED, startCalcomV2 } from './calcom-v2-harness';
import { describeProviderPort } from './port-contract';

describeProviderPort(HOSTED.name, HOSTED.capabilities, () => startCalcomV2(HOSTED));
