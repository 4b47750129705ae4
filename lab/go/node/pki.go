package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// The lab is thrown away long before; certificates that end are one trap less.
const validity = 10 * 365 * 24 * time.Hour

// The first address of the service range, at which pods find the API server.
const kubernetesService = "10.96.0.1"

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// writePKI writes an authority and, signed by it, a certificate for each component, as NAME.crt and
// NAME.key in dir. Users and groups are the ones Kubernetes' own roles are bound to:
// https://kubernetes.io/docs/setup/best-practices/certificates/
// etcd, which asks nobody but who signed a certificate, has an authority of its own.
func writePKI(dir, address, node string) error {
	ip := net.ParseIP(address)
	if ip == nil {
		return fmt.Errorf("address %q: not an IP address", address)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	etcd, err := newAuthority(dir, "etcd-ca")
	if err != nil {
		return err
	}
	if err := etcd.issue(dir, "etcd", "etcd", "", nil, []net.IP{net.IPv4(127, 0, 0, 1)}); err != nil {
		return err
	}
	if err := etcd.issue(dir, "apiserver-etcd-client", "kube-apiserver-etcd-client", "", nil, nil); err != nil {
		return err
	}
	ca, err := newAuthority(dir, "ca")
	if err != nil {
		return err
	}
	servers := []net.IP{ip, net.IPv4(127, 0, 0, 1), net.ParseIP(kubernetesService)}
	apiNames := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"}
	for _, c := range []struct {
		name, user, group string
		dns               []string
		ips               []net.IP
	}{
		{name: "apiserver", user: "kube-apiserver", dns: apiNames, ips: servers},
		{name: "apiserver-kubelet-client", user: "kube-apiserver-kubelet-client", group: "system:masters"},
		{name: "admin", user: "lab-admin", group: "system:masters"},
		{name: "controller-manager", user: "system:kube-controller-manager"},
		{name: "scheduler", user: "system:kube-scheduler"},
		{name: "proxy", user: "system:kube-proxy"},
		{name: "coredns", user: "system:coredns"},
		{name: "kubelet", user: "system:node:" + node, group: "system:nodes", dns: []string{node}, ips: []net.IP{ip}},
	} {
		if err := ca.issue(dir, c.name, c.user, c.group, c.dns, c.ips); err != nil {
			return err
		}
	}
	// Service account tokens are signed with a key of their own, without a certificate.
	key, err := newKey()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(dir, "service-account.pub"), "PUBLIC KEY", public, 0o644); err != nil {
		return err
	}
	return writeKey(filepath.Join(dir, "service-account.key"), key)
}

func newAuthority(dir, name string) (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	template := newTemplate("lab-"+name, "")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if err := writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der, 0o644); err != nil {
		return nil, err
	}
	return &authority{certificate, key}, writeKey(filepath.Join(dir, name+".key"), key)
}

func (ca *authority) issue(dir, name, user, group string, dns []string, ips []net.IP) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	template := newTemplate(user, group)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(ips) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		template.DNSNames, template.IPAddresses = dns, ips
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, key.Public(), ca.key)
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der, 0o644); err != nil {
		return err
	}
	return writeKey(filepath.Join(dir, name+".key"), key)
}

func newTemplate(user, group string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system has no randomness; nothing here can go on
	}
	subject := pkix.Name{CommonName: user}
	if group != "" {
		subject.Organization = []string{group}
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		// A clock set back a little must not make the certificates of a moment ago invalid.
		NotBefore: time.Now().Add(-time.Hour),
		NotAfter:  time.Now().Add(validity),
	}
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "PRIVATE KEY", der, 0o600)
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
