package oauth

import (
	"net/http"

	"example.com/patmock/mockserver/internal/response"
)

// tenantInfo is the response of /oauth/info.
//
// published
type tenantInfo struct {
	TenantID          string `json:"tenantId"`
	TenantName        string `json:"tenantName"`
	AuthorizeEndpoint string `json:"authorizeEndpoint"`
	TokenEndpoint     string `json:"tokenEndpoint"`
	CloudDomainURL    string `json:"cloudDomainUrl"`
	LogoutURL         string `json:"logoutUrl"`
	Pod               string `json:"pod"`
}

// info returns the endpoints of the tenant. Their host is the host of the request, unless
// Config.PublicURL is set.
func (s *Server) info(r *http.Request, _ *response.RequestInfo) (*response.Response, error) {
	t, err := s.config.Service.TenantInfo(r.Context())
	if err != nil {
		return nil, err
	}
	base := response.BaseURL(r, s.config.PublicURL)
	return response.JSON(http.StatusOK, tenantInfo{
		TenantID: t.ID, TenantName: t.Name, Pod: t.Pod, CloudDomainURL: base,
		AuthorizeEndpoint: base + "/oauth/authorize", TokenEndpoint: base + "/oauth/token",
		LogoutURL: base + "/logout",
	})
}
