fact   = "an account that refuses access keys is reached by sign-in only, so that blocked sign-in endpoints are an error; with keys they are a warning"
source = "Configure Active Directory (JetStream DR), https://jetstreamsoft.com/portal/online-docs/jsdr-admin/configureactivedirectory.html"

requirement "msa-to-entra-id" {
  verdict = "violated"
  severity = "warning"
}
