#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension LineFile {
    /// Throws where the file could not be opened, or made; makes none.
    static func checkWritable(_ path: String) throws(UnusableFile) {
        // Without waiting for somebody to read from a pipe.
        let descriptor = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        if errno == ENXIO { return }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        if errno == ENOENT, access(folder, W_OK | X_OK) == 0 { return }
        throw UnusableFile(path: path, problem: String(cString: strerror(errno)))
    }
}
