import { claimSystem } from './system.js';

// Before the test file is loaded: many ask for their system while they are.
await claimSystem();
