using System.Text;
using Graft.Common;

namespace Graft.Trainer.Reporting;

/// <summary>
/// What a run says to people, and the same in a file once there is one: a run's record holds it when its pods are long gone. A file that
/// cannot be written costs the run nothing.
/// </summary>
/// <param name="people">Where people read.</param>
public sealed class RunLog(TextWriter people) : TextWriter
{
    private readonly Lock _gate = new();
    private StreamWriter? _file;

    public override Encoding Encoding => people.Encoding;

    /// <summary>Keeps what follows in a file as well, behind what earlier processes of the run said.</summary>
    public void KeepIn(string path)
    {
        Keep(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = new StreamWriter(path, append: true) { AutoFlush = true };
        });
    }

    /// <summary>Puts a last line into the file alone, and closes it.</summary>
    public void EndFile(string line) => Keep(() =>
    {
        _file?.WriteLine(line);
        CloseFile();
    });

    public override void Write(char value)
    {
        people.Write(value);
        Keep(() => _file?.Write(value));
    }

    public override void WriteLine(string? value)
    {
        people.WriteLine(value);
        Keep(() => _file?.WriteLine(value));
    }

    public override async Task WriteLineAsync(string? value)
    {
        await people.WriteLineAsync(value).ConfigureAwait(false);
        Keep(() => _file?.WriteLine(value));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Keep(CloseFile);
        }

        base.Dispose(disposing);
    }

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Keep(Action write)
    {
        lock (_gate)
        {
            try
            {
                write();
            }
            catch (Exception error) when (FileFaults.Is(error))
            {
                people.WriteLine($"The run's log is not kept any more: {error.Message}");
                _file = null;
            }
        }
    }
}
