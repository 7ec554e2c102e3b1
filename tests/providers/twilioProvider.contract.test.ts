import {} from '@jest/globals';
import { describeProvider } from './describeProvider.js';
import { openTwilioStage } from './twilioStage.js';

describeProvider('twilio', openTwilioStage);
