import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collatorBinary, output } from '../../src/node.ts';
import { describeNetwork } from './scenario.ts';

// The three collators of the guide, started by its commands. Three voters need all three.
describeNetwork('three collators', ['alice', 'bob', 'charlie'], 'stops', (folder) => {
	const spec = join(folder, 'ai-compute-pbc-chainspec-raw.json');
	writeFileSync(spec, output(collatorBinary(), ['build-spec', '--chain', 'ai-compute-dev', '--raw']));
	return spec;
});
