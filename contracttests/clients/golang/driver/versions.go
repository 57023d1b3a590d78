package main

import (
	"context"

	sailpoint "github.com/sailpoint-oss/golang-sdk/v2"
	beta "github.com/sailpoint-oss/golang-sdk/v2/api_beta"
	v2024 "github.com/sailpoint-oss/golang-sdk/v2/api_v2024"
	v2025 "github.com/sailpoint-oss/golang-sdk/v2/api_v2025"
	v2026 "github.com/sailpoint-oss/golang-sdk/v2/api_v2026"
	v3 "github.com/sailpoint-oss/golang-sdk/v2/api_v3"
)

// A version is a version of the API in the SDK.
type version struct {
	name string
	// legacy reports whether tokens always expire within six months, and only their name and scope
	// can be patched.
	legacy bool
	// connect returns the API of the version.
	connect func(context.Context, *sailpoint.APIClient) pats
}

var versions = []version{
	{"beta", true, connectBeta},
	{"v3", true, connectV3},
	{"v2024", true, connectV2024},
	{"v2025", false, connectV2025},
	{"v2026", false, connectV2026},
}

func connectBeta(ctx context.Context, client *sailpoint.APIClient) pats {
	api := client.Beta.PersonalAccessTokensAPI
	return pats{
		create: func(f fields) response {
			request := beta.NewCreatePersonalAccessTokenRequest(f.name)
			set(request, f)
			if f.acknowledged {
				request.AdditionalProperties = map[string]any{"userAwareTokenNeverExpires": true}
			}
			got, resp, err := api.CreatePersonalAccessToken(ctx).
				CreatePersonalAccessTokenRequest(*request).Execute()
			return response{token: readCreated(got), http: resp, err: err}
		},
		list: func(ownerID, filters string) response {
			request := api.ListPersonalAccessTokens(ctx)
			if ownerID != "" {
				request = request.OwnerId(ownerID)
			}
			if filters != "" {
				request = request.Filters(filters)
			}
			got, resp, err := request.Execute()
			var tokens []token
			for i := range got {
				tokens = append(tokens, readListed(&got[i]))
			}
			return response{tokens: tokens, http: resp, err: err}
		},
		patch: func(id string, changes ...change) response {
			var operations []beta.JsonPatchOperation
			for _, c := range changes {
				operation := beta.NewJsonPatchOperation("replace", c.path)
				operation.Value = valueOfBeta(c.value)
				operations = append(operations, *operation)
			}
			got, resp, err := api.PatchPersonalAccessToken(ctx, id).JsonPatchOperation(operations).
				Execute()
			return response{token: readListed(got), http: resp, err: err}
		},
		remove: func(id string) response {
			resp, err := api.DeletePersonalAccessToken(ctx, id).Execute()
			return response{http: resp, err: err}
		},
	}
}

func valueOfBeta(value any) *beta.UpdateMultiHostSourcesRequestInnerValue {
	switch v := value.(type) {
	case string:
		return &beta.UpdateMultiHostSourcesRequestInnerValue{String: &v}
	case bool:
		return &beta.UpdateMultiHostSourcesRequestInnerValue{Bool: &v}
	case []string:
		var list []beta.ArrayInner
		for i := range v {
			list = append(list, beta.ArrayInner{String: &v[i]})
		}
		return &beta.UpdateMultiHostSourcesRequestInnerValue{ArrayOfArrayInner: &list}
	}
	return nil
}

func connectV3(ctx context.Context, client *sailpoint.APIClient) pats {
	api := client.V3.PersonalAccessTokensAPI
	return pats{
		create: func(f fields) response {
			request := v3.NewCreatePersonalAccessTokenRequest(f.name)
			set(request, f)
			if f.acknowledged {
				request.AdditionalProperties = map[string]any{"userAwareTokenNeverExpires": true}
			}
			got, resp, err := api.CreatePersonalAccessToken(ctx).
				CreatePersonalAccessTokenRequest(*request).Execute()
			return response{token: readCreated(got), http: resp, err: err}
		},
		list: func(ownerID, filters string) response {
			request := api.ListPersonalAccessTokens(ctx)
			if ownerID != "" {
				request = request.OwnerId(ownerID)
			}
			if filters != "" {
				request = request.Filters(filters)
			}
			got, resp, err := request.Execute()
			var tokens []token
			for i := range got {
				tokens = append(tokens, readListed(&got[i]))
			}
			return response{tokens: tokens, http: resp, err: err}
		},
		patch: func(id string, changes ...change) response {
			var operations []v3.JsonPatchOperation
			for _, c := range changes {
				operation := v3.NewJsonPatchOperation("replace", c.path)
				operation.Value = valueOfV3(c.value)
				operations = append(operations, *operation)
			}
			got, resp, err := api.PatchPersonalAccessToken(ctx, id).JsonPatchOperation(operations).
				Execute()
			return response{token: readListed(got), http: resp, err: err}
		},
		remove: func(id string) response {
			resp, err := api.DeletePersonalAccessToken(ctx, id).Execute()
			return response{http: resp, err: err}
		},
	}
}

func valueOfV3(value any) *v3.JsonPatchOperationValue {
	switch v := value.(type) {
	case string:
		return &v3.JsonPatchOperationValue{String: &v}
	case bool:
		return &v3.JsonPatchOperationValue{Bool: &v}
	case []string:
		var list []v3.ArrayInner
		for i := range v {
			list = append(list, v3.ArrayInner{String: &v[i]})
		}
		return &v3.JsonPatchOperationValue{ArrayOfArrayInner: &list}
	}
	return nil
}

func connectV2024(ctx context.Context, client *sailpoint.APIClient) pats {
	api := client.V2024.PersonalAccessTokensAPI
	return pats{
		create: func(f fields) response {
			request := v2024.NewCreatePersonalAccessTokenRequest(f.name)
			set(request, f)
			if f.acknowledged {
				request.AdditionalProperties = map[string]any{"userAwareTokenNeverExpires": true}
			}
			got, resp, err := api.CreatePersonalAccessToken(ctx).
				CreatePersonalAccessTokenRequest(*request).Execute()
			return response{token: readCreated(got), http: resp, err: err}
		},
		list: func(ownerID, filters string) response {
			request := api.ListPersonalAccessTokens(ctx)
			if ownerID != "" {
				request = request.OwnerId(ownerID)
			}
			if filters != "" {
				request = request.Filters(filters)
			}
			got, resp, err := request.Execute()
			var tokens []token
			for i := range got {
				tokens = append(tokens, readListed(&got[i]))
			}
			return response{tokens: tokens, http: resp, err: err}
		},
		patch: func(id string, changes ...change) response {
			var operations []v2024.JsonPatchOperation
			for _, c := range changes {
				operation := v2024.NewJsonPatchOperation("replace", c.path)
				operation.Value = valueOfV2024(c.value)
				operations = append(operations, *operation)
			}
			got, resp, err := api.PatchPersonalAccessToken(ctx, id).JsonPatchOperation(operations).
				Execute()
			return response{token: readListed(got), http: resp, err: err}
		},
		remove: func(id string) response {
			resp, err := api.DeletePersonalAccessToken(ctx, id).Execute()
			return response{http: resp, err: err}
		},
	}
}

func valueOfV2024(value any) *v2024.UpdateMultiHostSourcesRequestInnerValue {
	switch v := value.(type) {
	case string:
		return &v2024.UpdateMultiHostSourcesRequestInnerValue{String: &v}
	case bool:
		return &v2024.UpdateMultiHostSourcesRequestInnerValue{Bool: &v}
	case []string:
		var list []v2024.ArrayInner
		for i := range v {
			list = append(list, v2024.ArrayInner{String: &v[i]})
		}
		return &v2024.UpdateMultiHostSourcesRequestInnerValue{ArrayOfArrayInner: &list}
	}
	return nil
}

func connectV2025(ctx context.Context, client *sailpoint.APIClient) pats {
	api := client.V2025.PersonalAccessTokensAPI
	return pats{
		create: func(f fields) response {
			request := v2025.NewCreatePersonalAccessTokenRequest(f.name)
			set(request, f)
			if f.acknowledged {
				request.SetUserAwareTokenNeverExpires(true)
			}
			got, resp, err := api.CreatePersonalAccessToken(ctx).
				CreatePersonalAccessTokenRequest(*request).Execute()
			return response{token: readCreated(got), http: resp, err: err}
		},
		list: func(ownerID, filters string) response {
			request := api.ListPersonalAccessTokens(ctx)
			if ownerID != "" {
				request = request.OwnerId(ownerID)
			}
			if filters != "" {
				request = request.Filters(filters)
			}
			got, resp, err := request.Execute()
			var tokens []token
			for i := range got {
				tokens = append(tokens, readAcknowledged(&got[i]))
			}
			return response{tokens: tokens, http: resp, err: err}
		},
		patch: func(id string, changes ...change) response {
			var operations []v2025.JsonPatchOperation
			for _, c := range changes {
				operation := v2025.NewJsonPatchOperation("replace", c.path)
				operation.Value = valueOfV2025(c.value)
				operations = append(operations, *operation)
			}
			got, resp, err := api.PatchPersonalAccessToken(ctx, id).JsonPatchOperation(operations).
				Execute()
			return response{token: readAcknowledged(got), http: resp, err: err}
		},
		remove: func(id string) response {
			resp, err := api.DeletePersonalAccessToken(ctx, id).Execute()
			return response{http: resp, err: err}
		},
	}
}

func valueOfV2025(value any) *v2025.UpdateMultiHostSourcesRequestInnerValue {
	switch v := value.(type) {
	case string:
		return &v2025.UpdateMultiHostSourcesRequestInnerValue{String: &v}
	case bool:
		return &v2025.UpdateMultiHostSourcesRequestInnerValue{Bool: &v}
	case []string:
		var list []v2025.ArrayInner
		for i := range v {
			list = append(list, v2025.ArrayInner{String: &v[i]})
		}
		return &v2025.UpdateMultiHostSourcesRequestInnerValue{ArrayOfArrayInner: &list}
	}
	return nil
}

func connectV2026(ctx context.Context, client *sailpoint.APIClient) pats {
	api := client.V2026.PersonalAccessTokensAPI
	return pats{
		create: func(f fields) response {
			request := v2026.NewCreatePersonalAccessTokenRequest(f.name)
			set(request, f)
			if f.acknowledged {
				request.SetUserAwareTokenNeverExpires(true)
			}
			got, resp, err := api.CreatePersonalAccessToken(ctx).
				CreatePersonalAccessTokenRequest(*request).Execute()
			return response{token: readCreated(got), http: resp, err: err}
		},
		list: func(ownerID, filters string) response {
			request := api.ListPersonalAccessTokens(ctx)
			if ownerID != "" {
				request = request.OwnerId(ownerID)
			}
			if filters != "" {
				request = request.Filters(filters)
			}
			got, resp, err := request.Execute()
			var tokens []token
			for i := range got {
				tokens = append(tokens, readAcknowledged(&got[i]))
			}
			return response{tokens: tokens, http: resp, err: err}
		},
		patch: func(id string, changes ...change) response {
			var operations []v2026.JsonPatchOperation
			for _, c := range changes {
				operation := v2026.NewJsonPatchOperation("replace", c.path)
				operation.Value = valueOfV2026(c.value)
				operations = append(operations, *operation)
			}
			got, resp, err := api.PatchPersonalAccessToken(ctx, id).JsonPatchOperation(operations).
				Execute()
			return response{token: readAcknowledged(got), http: resp, err: err}
		},
		remove: func(id string) response {
			resp, err := api.DeletePersonalAccessToken(ctx, id).Execute()
			return response{http: resp, err: err}
		},
	}
}

func valueOfV2026(value any) *v2026.UpdateMultiHostSourcesRequestInnerValue {
	switch v := value.(type) {
	case string:
		return &v2026.UpdateMultiHostSourcesRequestInnerValue{String: &v}
	case bool:
		return &v2026.UpdateMultiHostSourcesRequestInnerValue{Bool: &v}
	case []string:
		var list []v2026.ArrayInner
		for i := range v {
			list = append(list, v2026.ArrayInner{String: &v[i]})
		}
		return &v2026.UpdateMultiHostSourcesRequestInnerValue{ArrayOfArrayInner: &list}
	}
	return nil
}
