import { CAL_DIY, startCalcomV2 } from './calcom-v2-harness';
import { describeProviderPort } from './port-contract';

describeProviderPort(CAL_DIY.name, CAL_DIY.capabilities, () => startCalcomV2(CAL_DIY));
