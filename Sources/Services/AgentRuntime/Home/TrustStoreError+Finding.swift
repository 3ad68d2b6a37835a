package import Diagnosis
package import TrustedTransport

extension TrustStoreError {
    package var finding: Finding {
        switch self {
        case .missing(let path): StoreFindings.missing(path)
        case .unreadable(let path, let reason): StoreFindings.unreadable(path, reason: reason)
        case .notPEM(let path, let reason): StoreFindings.notCertificates(path, reason: reason)
        case .noCertificates(let path): StoreFindings.notCertificates(path, reason: "no CERTIFICATE block")
        case .keystore(let path, let error): StoreFindings.explaining(error, path: path)
        }
    }
}
