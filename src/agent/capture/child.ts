import { captureInChild } from './capture-in-child.ts';
import { COLLECTORS_OF_HOST } from './collectors.ts';

await captureInChild(COLLECTORS_OF_HOST);
