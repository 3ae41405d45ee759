// `npm run build`: everything that `npm start` does before it starts something.
import { prepareProject } from './bootstrap.mjs';

prepareProject().then(
  () => console.log('build: up to date'),
  (error) => {
    console.error(error.name === 'ProjectError' ? error.message : error);
    process.exit(1);
  },
);
