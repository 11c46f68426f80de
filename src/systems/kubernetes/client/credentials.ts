/** How the cluster is reached. */
export type KubernetesCredentials =
  | {
      readonly kind: 'kubeconfig'
      /** The file's content: YAML or JSON. Files that it names are absolute. */
      readonly kubeconfig: string
      /** Undefined: its `current-context`. */
      readonly context: string | undefined
    }
  /** With the run's own OIDC token, on a server that trusts its issuer. */
  | {
      readonly kind: 'oidc'
      /** `https://staging.example.com` */
      readonly server: string
      /** PEM; undefined: what Node trusts. */
      readonly caCertificate: string | undefined
      /** Of the token. */
      readonly audience: string
    }
