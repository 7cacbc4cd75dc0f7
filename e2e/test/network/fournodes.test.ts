import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output, specGeneratorBinary } from '../../src/node.ts';
import { describeNetwork } from './scenario.ts';

// Four voters finalise without one of them.
describeNetwork('four collators', ['alice', 'bob', 'charlie', 'dave'], 'goes on', (folder) => {
	const collators = join(folder, 'collators.json');
	writeFileSync(collators, JSON.stringify(['//Alice', '//Bob', '//Charlie', '//Dave']));
	const spec = join(folder, 'four.json');
	output(specGeneratorBinary(), [
		...['development', '--raw', '--id', 'ai-compute-four', '--name', 'Four collators'],
		...['--collators', collators, '--output', spec],
	]);
	return spec;
});
