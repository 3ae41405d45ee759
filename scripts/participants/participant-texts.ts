import { type Participant, participantNames } from '../../contracts/participant/participants.js';
import { participantUrl, urlSettingOf } from '../../libs/config/participant-url.js';

/** The texts that have a block for the participants. */
export const participantTexts = ['.env.example', 'docker-compose.yml'];

/** What a block says about a participant, by the name of the block. */
const blocks: Record<string, (name: Participant) => string> = {
  settings: (name) => `${urlSettingOf(name)}=${participantUrl(name)}\n`,
  addresses: (name) => `  ${urlSettingOf(name)}: http://${name}:3000\n`,
  containers: (name) => `  ${name}:
    <<: *app
    command: ['node', 'dist/bundled/apps/${name}/main.js']
    environment:
      <<: *retention
      HOST: 0.0.0.0
      PORT: 3000
      DATABASE_URL: postgresql://roundtrip_${name}:\${DATABASE_ROLE_PASSWORD:-roundtrip}@postgres:5432/roundtrip
    depends_on: *after-setup

`,
};

/**
 * The text with every participant in each of its blocks. A block is between `# participants: <name of the block>` and
 * `# end of participants`.
 * @throws Error for a block that has another name.
 */
export const withParticipants = (text: string): string =>
  text.replaceAll(
    /^(.*# participants: (\w+).*\n)(?:.*\n)*?( *# end of participants)$/gm,
    (_block, begin: string, name: string, end: string) => {
      const lines = blocks[name];
      if (!lines)
        throw new Error(`There is no block of participants named ${name}. There are ${Object.keys(blocks).join(', ')}.`);
      return `${begin}${participantNames.map(lines).join('')}${end}`;
    },
  );
