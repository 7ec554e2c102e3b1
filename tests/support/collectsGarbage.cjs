// Runs the product in a process that collects its garbage on SIGUSR2: what its heap holds afterwards is really held.
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
process.on('SIGUSR2', () => collect());

require('../../dist/main/run.js');
