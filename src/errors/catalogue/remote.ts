import { type CatalogueEntry, configuration, internal, remote, REPORT_BUG, workload } from './entry.ts'

/** Systems that every deployment talks to: registry, Vault, Git, Ansible, GitHub, HTTP. */
export const remoteSystems = {
  // image and registry
  E_BUILD_DAEMON: configuration(
    'The Docker daemon cannot be reached.',
    'Start Docker on the runner, or use a runner that has it.',
  ),
  E_IMAGE_BUILD_FAILED: workload(
    'The image could not be built.',
    'Read the failing line of the Dockerfile above.',
  ),
  E_IMAGE_LAYOUT: remote(
    'The image that was built is not whole on the disk.',
    'Rerun; if it happens again, look at the disk of the runner.',
  ),
  E_IMAGE_NAME: configuration('The name or a tag of the image is not valid.', 'Correct image or image.tags.'),
  E_REGISTRY_AUTH: configuration(
    'The registry refused the login.',
    'Check registry-username and registry-password.',
  ),
  E_REGISTRY_DENIED: configuration(
    'The registry does not let this login push.',
    'Grant the login the right to push to the repository.',
  ),
  E_REGISTRY_UNAVAILABLE: remote('The registry cannot be reached.', 'Rerun when the registry answers again.'),
  E_REGISTRY_PROTOCOL: remote(
    'The registry gave an answer that makes no sense.',
    'Check the name of the registry.',
  ),
  E_REGISTRY_REJECTED: remote(
    'The registry refuses the content of the image.',
    'Read its answer above; its limits may be too low.',
  ),
  E_REGISTRY_RATE_LIMITED: remote('The registry limits the rate of requests.', 'Rerun later.'),
  E_REGISTRY_NOT_VISIBLE: remote(
    'The pushed image cannot be read back.',
    'Rerun; if it happens again, look at the registry.',
  ),
  E_REGISTRY_TLS: configuration(
    "The registry's certificate is not trusted.",
    'Give the runner the CA of the registry.',
  ),
  E_DIGEST_MISMATCH: remote(
    'The registry serves another digest than the one pushed.',
    'Find out who else writes to this tag.',
  ),
  E_TAG_MOVED: configuration(
    'A tag that never moves exists with other content.',
    'Push a new commit, or leave image.commit-tag at keep.',
  ),
  E_TAG_IMMUTABLE: configuration(
    'A rule of the registry keeps a tag from being moved.',
    'Leave the tag out of the rule, or out of image.tags.',
  ),

  // OIDC and Vault
  E_OIDC_NOT_AVAILABLE: configuration(
    'The job cannot ask for an OIDC token.',
    'Add the permission id-token: write to the job.',
  ),
  E_OIDC_DENIED: configuration(
    'The OIDC token was refused.',
    'Check the permission id-token: write of the job.',
  ),
  E_OIDC_UNAVAILABLE: remote('The OIDC token endpoint does not answer.', 'Rerun the job.'),
  E_OIDC_PROTOCOL: remote('The OIDC token endpoint gave an answer that is not a token.', 'Rerun the job.'),
  E_VAULT_UNAVAILABLE: remote('Vault cannot be reached.', 'Rerun when Vault answers again.'),
  E_VAULT_SEALED: remote('Vault is sealed or not initialised.', 'Unseal Vault, then rerun.'),
  E_VAULT_TLS: configuration("Vault's certificate is not trusted.", 'Set vault-ca-certificate.'),
  E_VAULT_LOGIN_DENIED: configuration('Vault refused the login.', 'Compare the claims above with the role.'),
  E_VAULT_FORBIDDEN: configuration(
    'The policy of the role does not allow the path.',
    'Add the path to the policy.',
  ),
  E_VAULT_SECRET_MISSING: configuration(
    'There is no secret at a path, or a key is not in it.',
    'Correct deploy.secrets, or write the secret.',
  ),
  E_VAULT_MOUNT: configuration('No secrets engine is mounted at the path.', 'Correct the path.'),
  E_VAULT_RATE_LIMITED: remote('Vault limits the rate of requests.', 'Rerun later.'),
  E_VAULT_PROTOCOL: remote('Vault gave an answer that makes no sense.', 'Check vault-url.'),
  E_SECRET_DESTINATION: configuration('A secret cannot go to its destination.', 'Correct deploy.secrets.'),
  E_SECRET_PUBLIC: configuration(
    'A secret is part of a text that everybody can read.',
    'Take the secret out of that text, and replace it where it is kept: it must be taken as known.',
  ),

  // configs
  E_CONFIG_GIT_UNAVAILABLE: remote(
    'The repository of the deployment configurations cannot be reached.',
    'Rerun when it answers again.',
  ),
  E_CONFIG_GIT_ACCESS: configuration(
    'The repository of the deployment configurations refused access.',
    'Check configs-token or configs-ssh-key.',
  ),
  E_CONFIG_REF_MISSING: configuration(
    'The ref of the deployment configurations does not exist.',
    'Correct deploy.configs.ref.',
  ),

  // Ansible
  E_ANSIBLE_UNREACHABLE: remote(
    'Ansible cannot reach a host.',
    'Check the address and that ssh answers there.',
  ),
  E_ANSIBLE_TASK: workload('A task of the playbook failed.', 'Read the failed task above.'),
  E_ANSIBLE_FAILED: workload('The playbook could not be run.', 'Read the output of Ansible above.'),
  E_ANSIBLE_AUTH: configuration('A host refuses the ssh key.', 'Check ssh-key and the user of the host.'),
  E_ANSIBLE_HOST_KEY: configuration(
    'The key of a host is unknown or has changed.',
    'Set ssh-known-hosts to the keys of the hosts.',
  ),

  // GitHub
  E_GITHUB_UNAVAILABLE: remote('GitHub does not answer.', 'Rerun when it answers again.'),
  E_GITHUB_TOKEN: configuration('GitHub does not accept the token.', 'Check the input github-token.'),
  E_GITHUB_PERMISSION: configuration('The token lacks a permission.', 'Add the permission to the job.'),
  E_GITHUB_NOT_FOUND: remote(
    'GitHub does not know the repository, commit or object.',
    'Check the repository and the rights of the token.',
  ),
  E_GITHUB_RATE_LIMITED: remote('GitHub limits the rate of requests.', 'Rerun after the time that is named.'),
  E_GITHUB_VALIDATION: internal('GitHub refused a request as malformed.', REPORT_BUG),
  E_GITHUB_PROTOCOL: remote('GitHub gave an answer that makes no sense.', 'Rerun the job.'),

  // HTTP
  E_HTTP_UNAVAILABLE: remote(
    'A server cannot be reached or does not answer.',
    'Rerun when it answers again.',
  ),
  E_HTTP_TLS: configuration("A server's certificate is not trusted.", 'Give the CA of the server.'),
  E_HTTP_PROTOCOL: remote(
    'A server gave an answer that is cut, too large, or of the wrong kind.',
    'Check the address.',
  ),
  E_HTTP_STATUS: remote('A server answered with an error.', 'Read the answer above.'),
} as const satisfies Record<string, CatalogueEntry>
